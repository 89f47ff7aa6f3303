namespace IconDiffusion.Imaging;

/// <summary>Tells a picture by its first bytes, whatever the file is called.</summary>
internal static class ImageSignature
{
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
}
