using static TorchSharp.torch;

namespace TorchSharp;

public static partial class TensorExtensionMethods
{
    /// <summary>Writes TorchSharp's format: element type, rank and sizes as LEB128, then the raw bytes.</summary>
    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64((long)tensor.dtype);
        var shape = tensor.shape;
        writer.Write7BitEncodedInt64(shape.Length);
        foreach (long size in shape)
            writer.Write7BitEncodedInt64(size);
        using var host = tensor.detach().to(torch.CPU, disposeAfter: true).contiguous();
        writer.Write(host.bytes);
    }

    /// <summary>Reads TorchSharp's format into a tensor of the same type and shape; skip reads past it.</summary>
    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        var type = (ScalarType)reader.Read7BitEncodedInt64();
        if (type != tensor.dtype)
            throw new ArgumentException($"A tensor of type {type} came for {tensor}.");
        var shape = new long[CheckedRank(reader.Read7BitEncodedInt64())];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = reader.Read7BitEncodedInt64();
        if (!shape.AsSpan().SequenceEqual(tensor.shape))
            throw new ArgumentException($"A tensor of shape [{string.Join(", ", shape)}] came for {tensor}.");
        using var host = empty(shape, type);
        reader.BaseStream.ReadExactly(host.bytes);
        if (skip)
            return;
        using var scope = no_grad();
        using var same = tensor.copy_(host);
    }

    private static int CheckedRank(long rank) =>
        rank is >= 0 and <= 64 ? (int)rank : throw new InvalidDataException($"A tensor of {rank} dimensions: not TorchSharp's format.");
}
