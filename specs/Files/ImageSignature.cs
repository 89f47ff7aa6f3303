using System.Collections.Frozen;

namespace IconDiffusion.Specs.Files;

/// <summary>The image formats that are read.</summary>
public enum ImageFormat { Png = 1, Jpeg = 2, WebP = 3, Gif = 4 }

/// <summary>Tells an image by its name, or by its first bytes, whatever the file is called.</summary>
public static class ImageSignature
{
    private static readonly FrozenDictionary<string, ImageFormat> s_extensions = new Dictionary<string, ImageFormat>
    {
        [".png"] = ImageFormat.Png,
        [".apng"] = ImageFormat.Png,
        [".jpg"] = ImageFormat.Jpeg,
        [".jpeg"] = ImageFormat.Jpeg,
        [".jpe"] = ImageFormat.Jpeg,
        [".jfif"] = ImageFormat.Jpeg,
        [".webp"] = ImageFormat.WebP,
        [".gif"] = ImageFormat.Gif,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many bytes it takes.</summary>
    public const int Length = 12;

    /// <param name="head">The file's first bytes.</param>
    /// <returns>Null: it begins like none of the formats that are read.</returns>
    public static ImageFormat? Of(ReadOnlySpan<byte> head) => head switch
    {
        { Length: < Length } => null,
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x89, .. "PNG\r\n\x1A\n"u8]) => ImageFormat.Png,
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        _ when head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) => ImageFormat.Gif,
        _ when head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) => ImageFormat.WebP,
        _ => null,
    };

    /// <summary>The format that a file's name promises; null: it is not called like an image.</summary>
    public static ImageFormat? Promised(string name) => s_extensions.TryGetValue(Path.GetExtension(name), out var format) ? format : null;

    /// <summary>Whether a file begins like an image, whatever it is called; false for one that cannot be read.</summary>
    public static bool BeginsLikeImage(string path)
    {
        try
        {
            // Pipes and devices, which would not answer, have no length.
            if (((FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).Length < Length) return false;
            using var stream = File.OpenRead(path);
            var head = new byte[Length];
            stream.ReadExactly(head);
            return Of(head) is not null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }
    }
}
