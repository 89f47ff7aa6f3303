using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>Safetensors' names for element types, and the sizes of tensors of them.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] s_types =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    internal static ScalarType? Parse(string name)
    {
        foreach (var known in s_types)
            if (known.Name == name)
                return known.Type;
        return null;
    }

    internal static string NameOf(ScalarType type) => Find(type).Name;

    internal static int SizeOf(ScalarType type) => Find(type).Size;

    /// <summary>Bytes of a tensor; null for a negative size or a product beyond 64 bits.</summary>
    internal static long? ByteCount(ScalarType type, IEnumerable<long> shape)
    {
        try
        {
            long bytes = SizeOf(type);
            foreach (long size in shape)
                bytes = size >= 0 ? checked(bytes * size) : throw new OverflowException();
            return bytes;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static (string Name, ScalarType Type, int Size) Find(ScalarType type)
    {
        foreach (var known in s_types)
            if (known.Type == type)
                return known;
        throw new ArgumentException($"Safetensors has no name for the element type {type}.");
    }
}
