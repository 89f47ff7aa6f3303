using IconDiffusion.Specs.Files;

namespace IconDiffusion.Imaging;

/// <summary>Reads PNG, JPEG, WebP and GIF, of any bit depth and colour space, as 8-bit sRGB; writes PNG, and animations as GIF.</summary>
/// <remarks>
/// The format is taken from the content: a JPEG named .png is read as the JPEG it is. Of an animation the first frame is used.
/// Truncated and corrupt files are refused, never filled up with grey.
/// </remarks>
public static class ImageFile
{
    /// <summary>Most pixels decoded by default: 64 million, beyond today's cameras, 256 MB while decoding.</summary>
    public const long DefaultMaxPixels = 64_000_000;

    /// <summary>Largest file read, bytes.</summary>
    public const long MaxFileBytes = 256L << 20;

    /// <summary>Version of libvips, such as "8.18.7"; pixels may differ between versions, so results state it.</summary>
    public static string LibraryVersion => ImageLibrary.Version;

    /// <summary>Reads the header alone.</summary>
    /// <exception cref="ImageException">Missing, unreadable, empty, or none of the four formats.</exception>
    public static ImageInfo Probe(string path) => Probe(ReadBytes(path), path);

    /// <summary>Decodes with transparency kept.</summary>
    /// <exception cref="ImageException">As <see cref="Probe(string)"/>, and truncated, corrupt, or more than <paramref name="maxPixels"/>.</exception>
    public static RgbaImage LoadRgba(string path, long maxPixels = DefaultMaxPixels) => Decode(ReadBytes(path), path, maxPixels);

    /// <summary>Decodes, with transparent pixels laid over <paramref name="background"/>.</summary>
    /// <exception cref="ImageException">As <see cref="LoadRgba"/>.</exception>
    public static Image Load(string path, Rgb background, long maxPixels = DefaultMaxPixels) =>
        LoadRgba(path, maxPixels).Over(background);

    /// <summary>Writes a PNG atomically: a failure leaves an old file as it was.</summary>
    public static void SavePng(string path, Image image) => AtomicFile.WriteAllBytes(path, EncodePng(image));

    /// <summary>Writes an endless animation atomically; a GIF has at most 256 colours a frame, so frames that matter are kept as PNG too.</summary>
    /// <param name="frames">At least one, all of one size.</param>
    /// <param name="delay">Of each frame, in steps of 10 ms.</param>
    public static void SaveGif(string path, IReadOnlyList<Image> frames, TimeSpan delay)
    {
        var (width, height) = (frames[0].Width, frames[0].Height);
        if (frames.FirstOrDefault(frame => frame.Width != width || frame.Height != height) is { } other)
            throw new ArgumentException($"A frame of {other.Width}×{other.Height} came after one of {width}×{height}; an animation has one size.", nameof(frames));
        AtomicFile.WriteAllBytes(path, ImageEncoder.Gif([.. frames.SelectMany(frame => frame.Pixels)], width, height, frames.Count, (int)delay.TotalMilliseconds));
    }

    /// <summary>The file as it is, for <see cref="Probe(ReadOnlySpan{byte}, string)"/> and <see cref="Decode"/>.</summary>
    /// <exception cref="ImageException">Missing, unreadable, or larger than <see cref="MaxFileBytes"/>.</exception>
    /// <param name="path">Opens the file.</param>
    /// <param name="name">What error messages call it; null: its path.</param>
    public static byte[] ReadBytes(string path, string? name = null)
    {
        name ??= path;
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxFileBytes)
                throw new ImageException($"'{name}' has {stream.Length} bytes; at most {MaxFileBytes} are read.");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImageException($"'{name}' cannot be read: {error.Message}", error);
        }
    }

    /// <param name="name">What error messages call it.</param>
    public static ImageInfo Probe(ReadOnlySpan<byte> file, string name)
    {
        var (image, info) = ImageDecoder.Open(file, name);
        image.Dispose();
        return info;
    }

    /// <param name="name">What error messages call it.</param>
    public static RgbaImage Decode(ReadOnlySpan<byte> file, string name, long maxPixels = DefaultMaxPixels)
    {
        var (image, info) = ImageDecoder.Open(file, name);
        if (info.PixelCount <= maxPixels) return ImageDecoder.ToRgba(image, name);
        image.Dispose();
        throw new ImageException($"'{name}' has {info.Width}×{info.Height} = {info.PixelCount} pixels; at most {maxPixels} are read.");
    }

    /// <summary>The same pixels give the same bytes with the same libvips.</summary>
    public static byte[] EncodePng(Image image) => ImageEncoder.Png(image.Pixels, image.Width, image.Height, bands: 3);

    /// <summary>With transparency kept.</summary>
    public static byte[] EncodePng(RgbaImage image) => ImageEncoder.Png(image.Pixels, image.Width, image.Height, bands: 4);
}
