using IconDiffusion.Specs.Files;

namespace IconDiffusion.Imaging;

/// <summary>How the stored channels are to be understood; all become sRGB on loading.</summary>
public enum ColourSpace
{
    /// <summary>Any other, such as Lab.</summary>
    Other = 0,

    /// <summary>One channel of light.</summary>
    Grey = 1,

    /// <summary>Red, green and blue.</summary>
    Rgb = 2,

    /// <summary>Cyan, magenta, yellow and black, for print.</summary>
    Cmyk = 3,
}

/// <summary>What a file's header says, before any pixel is decoded.</summary>
/// <param name="Format">From the content; the file's name is not looked at.</param>
/// <param name="Width">Pixels as stored, before any EXIF rotation.</param>
/// <param name="Channels">After palette expansion, alpha included.</param>
/// <param name="BitsPerChannel">8 or 16.</param>
/// <param name="Pages">Frames of an animation, of which only the first is used; 1 for a still image.</param>
public sealed record ImageInfo(
    ImageFormat Format,
    int Width,
    int Height,
    int Channels,
    int BitsPerChannel,
    int Pages,
    ColourSpace ColourSpace,
    bool HasAlpha)
{
    /// <summary>Width · Height, known before anything is decoded.</summary>
    public long PixelCount => (long)Width * Height;
}
