using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>
/// Tensors in a file that other tools read: an 8-byte length, a JSON header, raw data. Nothing in such a file is code.
/// Uses TorchSharp's API alone. One tensor holds at most 2 GiB.
/// </summary>
public static class Safetensors
{
    /// <summary>
    /// Writes the tensors, larger element types first and then by name, so that equal tensors make equal files and
    /// every tensor is aligned. The caller names, flushes and renames the file.
    /// </summary>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderByDescending(pair => SafetensorsTypes.SizeOf(pair.Value.dtype))
            .ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var header = WriteHeader(ordered, metadata);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            using var scope = NewDisposeScope();
            stream.Write(tensor.detach().cpu().contiguous().bytes);
        }
    }

    /// <summary>Reads every tensor to the CPU, into the current dispose scope if there is one.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or is no such file; nothing is returned of it.</exception>
    public static Dictionary<string, Tensor> Read(Stream stream, out IReadOnlyDictionary<string, string> metadata)
    {
        var header = SafetensorsHeader.Read(stream);
        metadata = header.Metadata;
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.Entries)
        {
            var tensor = empty(entry.Shape.ToArray(), entry.Type);
            stream.ReadExactly(tensor.bytes);
            tensors[entry.Name] = tensor;
        }
        foreach (var tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return tensors;
    }

    /// <summary>All tensors of a file, by their names.</summary>
    public static Dictionary<string, Tensor> Read(Stream stream) => Read(stream, out _);

    /// <summary>
    /// Reads into tensors that exist, on whatever device, one at a time. Names, types and shapes must be the same;
    /// they are compared before the first value is written.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds other tensors than those given.</exception>
    public static void ReadInto(Stream stream, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var header = SafetensorsHeader.Read(stream);
        Match(header, tensors);
        using var guard = no_grad();
        foreach (var entry in header.Entries)
        {
            using var scope = NewDisposeScope();
            var host = empty(entry.Shape.ToArray(), entry.Type);
            stream.ReadExactly(host.bytes);
            tensors[entry.Name].copy_(host);
        }
    }

    /// <summary>Compares a file's names, types and shapes with those of tensors, without reading a value.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds other tensors: the first that differs is named.</exception>
    public static void Match(Stream stream, IReadOnlyDictionary<string, Tensor> tensors) => Match(SafetensorsHeader.Read(stream), tensors);

    private static void Match(SafetensorsHeader header, IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var entry in header.Entries)
        {
            if (!tensors.TryGetValue(entry.Name, out var tensor))
                throw new InvalidDataException($"The file holds a tensor '{entry.Name}', which was not expected.");
            if (tensor.dtype != entry.Type || !tensor.shape.SequenceEqual(entry.Shape))
                throw new InvalidDataException(
                    $"The file holds '{entry.Name}' as {entry.Type} [{string.Join(", ", entry.Shape)}], and {tensor.dtype} [{string.Join(", ", tensor.shape)}] was expected.");
        }
        if (header.Entries.Count != tensors.Count)
            throw new InvalidDataException(
                $"The file lacks '{tensors.Keys.Except(header.Entries.Select(entry => entry.Name)).First()}', one of {tensors.Count} tensors expected.");
    }

    private static byte[] WriteHeader(List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor) in tensors)
                offset = WriteEntry(json, name, tensor, offset);
            json.WriteEndObject();
        }
        // Spaces up to a multiple of 8 align the data.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static long WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long offset)
    {
        if (name == "__metadata__")
            throw new ArgumentException("No tensor can be named '__metadata__' in a safetensors file.");
        long end = offset + tensor.numel() * tensor.element_size();
        json.WriteStartObject(name);
        json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.dtype));
        json.WriteStartArray("shape");
        foreach (long size in tensor.shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
