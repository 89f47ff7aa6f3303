using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace IconDiffusion.Tests;

/// <summary>Writes PNGs chunk by chunk (PNG specification, third edition), so that tests can make ones no encoder would.</summary>
internal static class PngBytes
{
    public const byte Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    /// <param name="samples">Rows of samples as stored, without filter bytes.</param>
    public static byte[] Write(int width, int height, int bitDepth, byte colourType, byte[] samples, params (string Type, byte[] Data)[] beforeImageData)
    {
        var stride = samples.Length / height;
        byte[] rows = [.. Enumerable.Range(0, height).SelectMany(row => samples.Skip(row * stride).Take(stride).Prepend((byte)0))];  // no filter
        return File(width, height, bitDepth, colourType, [.. beforeImageData, ("IDAT", Compress(rows))]);
    }

    /// <summary>As zlib has it.</summary>
    public static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(bytes);
        return compressed.ToArray();
    }

    /// <summary>A file that promises a size and holds next to nothing.</summary>
    public static byte[] HeaderOnly(int width, int height) => File(width, height, 8, Rgb, [("IDAT", [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1])]);

    private static byte[] File(int width, int height, int bitDepth, byte colourType, (string Type, byte[] Data)[] chunks)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bitDepth, colourType);
        return
        [
            0x89, .. "PNG\r\n\x1A\n"u8,
            .. Chunk("IHDR", header), .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Data)), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
