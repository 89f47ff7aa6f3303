using NetVips;
using VipsImage = NetVips.Image;

namespace IconDiffusion.Imaging;

/// <summary>From packed 8-bit pixels to files.</summary>
internal static class ImageEncoder
{
    /// <param name="pixels">uint8 [height, width, bands].</param>
    /// <param name="bands">3: RGB; 4: with alpha.</param>
    public static byte[] Png(byte[] pixels, int width, int height, int bands)
    {
        ImageLibrary.Start();
        try
        {
            using var raw = VipsImage.NewFromMemory(pixels, width, height, bands, Enums.BandFormat.Uchar);
            using var image = raw.Copy(interpretation: Enums.Interpretation.Srgb);
            return image.PngsaveBuffer(compression: 6);
        }
        catch (VipsException error)
        {
            throw ImageLibrary.Explain(error, "PNG", "encoding failed");
        }
    }

    /// <summary>An endless animation.</summary>
    /// <param name="frames">uint8 [frameCount, height, width, 3].</param>
    /// <param name="delay">Of each frame, milliseconds.</param>
    public static byte[] Gif(byte[] frames, int width, int height, int frameCount, int delay)
    {
        ImageLibrary.Start();
        try
        {
            using var raw = VipsImage.NewFromMemory(frames, width, height * frameCount, 3, Enums.BandFormat.Uchar);
            using var pages = raw.Copy(interpretation: Enums.Interpretation.Srgb);
            using var image = pages.Mutate(fields =>
            {
                fields.Set(GValue.GIntType, "page-height", height);
                fields.Set(GValue.GIntType, "loop", 0);
                fields.Set(GValue.ArrayIntType, "delay", Enumerable.Repeat(delay, frameCount).ToArray());
            });
            return image.GifsaveBuffer(keepDuplicateFrames: true);
        }
        catch (VipsException error)
        {
            throw ImageLibrary.Explain(error, "GIF", "encoding failed");
        }
    }
}
