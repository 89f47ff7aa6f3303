using System.Runtime.InteropServices;

namespace IconDiffusion.Evaluation.Features.Pickles;

/// <summary>Element types of the storages that <see cref="TorchFile"/> reads.</summary>
public enum StorageType
{
    /// <summary><c>DoubleStorage</c>, 8 bytes.</summary>
    Float64,

    /// <summary><c>FloatStorage</c>, 4 bytes.</summary>
    Float32,

    /// <summary><c>HalfStorage</c>, 2 bytes.</summary>
    Float16,

    /// <summary><c>BFloat16Storage</c>, 2 bytes.</summary>
    BFloat16,

    /// <summary><c>LongStorage</c>, 8 bytes.</summary>
    Int64,

    /// <summary><c>IntStorage</c>, 4 bytes.</summary>
    Int32,

    /// <summary><c>ShortStorage</c>, 2 bytes.</summary>
    Int16,

    /// <summary><c>CharStorage</c>, 1 byte with a sign.</summary>
    Int8,

    /// <summary><c>ByteStorage</c>, 1 byte.</summary>
    UInt8,

    /// <summary><c>BoolStorage</c>, 1 byte, 0 or 1.</summary>
    Bool,
}

/// <summary>One tensor out of a file written by <c>torch.save</c>: contiguous, row-major, little-endian.</summary>
public sealed record PickledTensor(StorageType Type, long[] Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The elements of a floating-point tensor as float32, exact but for float64, which is rounded.</summary>
    /// <exception cref="InvalidDataException">The tensor holds integers or booleans.</exception>
    public float[] ToFloats() => Type switch
    {
        StorageType.Float32 => Cast<float>().ToArray(),
        StorageType.Float64 => Array.ConvertAll(Cast<double>().ToArray(), value => (float)value),
        StorageType.Float16 => Array.ConvertAll(Cast<Half>().ToArray(), value => (float)value),
        StorageType.BFloat16 => Array.ConvertAll(Cast<ushort>().ToArray(), bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)),
        _ => throw new InvalidDataException($"A tensor of {Type} came where floating-point numbers were wanted."),
    };

    private ReadOnlySpan<T> Cast<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Data.Span);

    internal static int SizeOf(StorageType type) => type switch
    {
        StorageType.Float64 or StorageType.Int64 => 8,
        StorageType.Float32 or StorageType.Int32 => 4,
        StorageType.Float16 or StorageType.BFloat16 or StorageType.Int16 => 2,
        _ => 1,
    };
}
