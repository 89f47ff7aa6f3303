using System.Runtime.InteropServices;

namespace IconDiffusion.Evaluation.Features.Pickles;

/// <summary>Element types of the storages that <see cref="TorchFile"/> reads.</summary>
public enum StorageType { Float64, Float32, Float16, BFloat16, Int64, Int32, Int16, Int8, UInt8, Bool }

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
