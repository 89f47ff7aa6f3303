using System.Buffers.Binary;
using System.Text;

namespace IconDiffusion.Imaging.Tests;

/// <summary>Writes an ICC profile of a display (ICC.1:2001-04).</summary>
internal static class IccProfile
{
    // sRGB's primaries under D50.
    private static readonly double[] s_red = [0.4361, 0.2225, 0.0139], s_green = [0.3851, 0.7169, 0.0971], s_blue = [0.1431, 0.0606, 0.7139];

    /// <summary>A display that shows red what others show blue: who honours it swaps the two, up to a gamma of 2.2 in place of sRGB's curve.</summary>
    public static byte[] RedAndBlueSwapped()
    {
        (string Name, byte[] Data)[] tags =
        [
            ("rXYZ", Xyz(s_blue)), ("gXYZ", Xyz(s_green)), ("bXYZ", Xyz(s_red)), ("wtpt", Xyz([0.9642, 1.0, 0.8249])),
            .. new[] { "rTRC", "gTRC", "bTRC" }.Select(name => (name, Gamma())),
        ];
        var table = new List<byte>(Number(tags.Length));
        var data = new List<byte>();
        foreach (var tag in tags)
        {
            table.AddRange([.. Encoding.ASCII.GetBytes(tag.Name), .. Number(128 + 4 + (12 * tags.Length) + data.Count), .. Number(tag.Data.Length)]);
            data.AddRange(tag.Data);
        }
        var header = new byte[128];
        BinaryPrimitives.WriteInt32BigEndian(header, header.Length + table.Count + data.Count);
        header[8] = 2;  // version
        "mntrRGB XYZ "u8.CopyTo(header.AsSpan(12));
        "acsp"u8.CopyTo(header.AsSpan(36));
        Xyz([0.9642, 1.0, 0.8249]).AsSpan(8).CopyTo(header.AsSpan(68));
        return [.. header, .. table, .. data];
    }

    private static byte[] Xyz(double[] values) => [.. "XYZ \0\0\0\0"u8, .. values.SelectMany(value => Number((int)Math.Round(value * 65536)))];

    // One number of eight bits after the point, padded to a multiple of four bytes.
    private static byte[] Gamma() => [.. "curv\0\0\0\0"u8, .. Number(1), 2, 51, 0, 0];

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
