using System.Buffers.Binary;
using System.Text.Json;

namespace IconDiffusion.Kernels;

/// <summary>
/// The header of a safetensors file (huggingface.co/docs/safetensors): 8 bytes of little-endian length, then JSON that
/// names each tensor's type, shape and bytes. Reading trusts nothing: see <see cref="Read"/>.
/// </summary>
public sealed class SafetensorsHeader
{
    /// <summary>The reference implementation's limit on the JSON, in bytes.</summary>
    public const int MaximumLength = 100_000_000;

    private SafetensorsHeader(List<SafetensorsEntry> entries, Dictionary<string, string> metadata) =>
        (Entries, Metadata) = (entries, metadata);

    /// <summary>In the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The free text under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// Reads and checks the header, leaving the stream at the first tensor's first byte: names unique, types known, sizes
    /// that agree with the shapes, and bytes that cover the rest of the stream without gap or overlap.
    /// </summary>
    /// <exception cref="InvalidDataException">Anything else, saying what was found and what was wanted.</exception>
    public static SafetensorsHeader Read(Stream stream)
    {
        if (!stream.CanSeek)
            throw new ArgumentException("Safetensors are read from a stream that can seek, so that no length in the file is believed unchecked.", nameof(stream));
        long available = stream.Length - stream.Position;
        if (available < 8)
            throw Bad($"{available} bytes are too few to hold a header's length");
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumLength || (long)length > available - 8)
            throw Bad($"the header claims {length} bytes, where {available - 8} follow and at most {MaximumLength} are allowed");

        var json = new byte[length];
        stream.ReadExactly(json);
        return Parse(json, dataLength: available - 8 - (long)length);
    }

    private static SafetensorsHeader Parse(byte[] json, long dataLength)
    {
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        var names = new HashSet<string>();
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw Bad($"the name '{property.Name}' comes twice");
                if (property.Name == "__metadata__")
                    foreach (var pair in property.Value.EnumerateObject())
                        metadata[pair.Name] = pair.Value.GetString() ?? "";
                else
                    entries.Add(ParseEntry(property.Name, property.Value));
            }
        }
        // What JsonElement throws for a value of another kind than asked, or a number out of range.
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Bad($"the header is not the JSON it should be ({failure.Message})", failure);
        }

        // Offsets that tile the data in order can neither overlap nor leave a gap to hide something in.
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long position = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != position)
                throw Bad($"'{entry.Name}' begins at byte {entry.Begin}, where {position} was expected: tensors must follow each other without gap or overlap");
            position = entry.End;
        }
        if (position != dataLength)
            throw Bad($"the tensors take {position} bytes, and {dataLength} follow the header");
        return new SafetensorsHeader(entries, metadata);
    }

    private static SafetensorsEntry ParseEntry(string name, JsonElement element)
    {
        var type = SafetensorsTypes.Parse(element.GetProperty("dtype").GetString() ?? "")
            ?? throw Bad($"'{name}' has the unknown type {element.GetProperty("dtype")}");
        var shape = element.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = element.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0])
            throw Bad($"'{name}' has data_offsets [{string.Join(", ", offsets)}]; a begin and an end were wanted");
        if (SafetensorsTypes.ByteCount(type, shape) is not { } wanted || wanted != offsets[1] - offsets[0])
            throw Bad($"'{name}' has {offsets[1] - offsets[0]} bytes for {type} [{string.Join(", ", shape)}]");
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static InvalidDataException Bad(string what, Exception? inner = null) => new($"Not a valid safetensors file: {what}.", inner);
}
