using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace IconDiffusion.Imaging;

/// <summary>A text in a PNG.</summary>
/// <param name="Keyword">1 to 79 Latin letters, such as <c>Title</c>, <c>Software</c>, <c>Copyright</c>.</param>
/// <param name="Text">Any Unicode.</param>
public sealed record PngTextEntry(string Keyword, string Text);

/// <summary>
/// Texts in PNG files, as iTXt chunks: UTF-8, not compressed, without language (PNG specification, third edition, 11.3.3.4). libvips
/// writes no keyword but its own.
/// </summary>
public static class PngText
{
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n\x1A\n"u8];

    // Length, type and checksum around a chunk's data.
    private const int Frame = 12;

    /// <summary>The file with texts right after its header, before every other chunk.</summary>
    /// <exception cref="ArgumentException">A keyword is empty, too long or not Latin, or a text holds U+0000.</exception>
    /// <exception cref="ImageException">The file is no PNG, or damaged.</exception>
    public static byte[] Insert(ReadOnlySpan<byte> png, IEnumerable<PngTextEntry> texts)
    {
        var end = Signature.Length + Frame + Chunks(png)[0].Length;
        return [.. png[..end], .. texts.SelectMany(Chunk), .. png[end..]];
    }

    /// <summary>The uncompressed iTXt entries, in the file's order.</summary>
    /// <exception cref="ImageException">The file is no PNG, or damaged.</exception>
    public static IReadOnlyList<PngTextEntry> Read(ReadOnlySpan<byte> png)
    {
        var entries = new List<PngTextEntry>();
        foreach (var (type, start, length) in Chunks(png))
        {
            if (type != "iTXt") continue;
            var data = png.Slice(start, length);
            var keyword = data[..data.IndexOf((byte)0)];
            var flags = data[(keyword.Length + 1)..];
            if (flags[0] != 0) continue;
            var translated = flags[2..][(flags[2..].IndexOf((byte)0) + 1)..];
            entries.Add(new(Encoding.Latin1.GetString(keyword), Encoding.UTF8.GetString(translated[(translated.IndexOf((byte)0) + 1)..])));
        }
        return entries;
    }

    private static byte[] Chunk(PngTextEntry entry)
    {
        var (keyword, text) = entry;
        if (keyword.Length is 0 or > 79 || keyword.Any(c => c is not (>= ' ' and <= '~')) || keyword.Trim() != keyword)
            throw new ArgumentException($"'{keyword}' is no keyword of a PNG; wanted 1 to 79 Latin letters without spaces at its ends.", nameof(entry));
        if (text.Contains('\0'))
            throw new ArgumentException($"The text of '{keyword}' holds U+0000, which ends texts in a PNG.", nameof(entry));
        // Not compressed, method 0, no language, no translated keyword.
        byte[] data = [.. Encoding.Latin1.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)];
        var chunk = new byte[Frame + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        "iTXt"u8.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    // Type, start and length of each chunk's data, IHDR to IEND, every checksum verified.
    private static List<(string Type, int Start, int Length)> Chunks(ReadOnlySpan<byte> png)
    {
        if (!png.StartsWith(Signature)) throw new ImageException("The file does not begin as a PNG does.");
        var chunks = new List<(string Type, int Start, int Length)>();
        for (var at = Signature.Length; at < png.Length;)
        {
            var length = png.Length - at >= Frame ? BinaryPrimitives.ReadInt32BigEndian(png[at..]) : -1;
            if (length < 0 || length > png.Length - at - Frame)
                throw new ImageException($"The PNG is cut off after {chunks.Count} chunks.");
            var type = Encoding.Latin1.GetString(png.Slice(at + 4, 4));
            if (BinaryPrimitives.ReadUInt32BigEndian(png[(at + 8 + length)..]) != Crc32.HashToUInt32(png.Slice(at + 4, 4 + length)))
                throw new ImageException($"The PNG's chunk {chunks.Count} ({type}) has another checksum than its content.");
            chunks.Add((type, at + 8, length));
            at += Frame + length;
        }
        return chunks is [("IHDR", _, _), .., ("IEND", _, _)]
            ? chunks
            : throw new ImageException("The PNG does not go from IHDR to IEND.");
    }
}
