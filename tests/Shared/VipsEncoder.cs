using IconDiffusion.Imaging;
using NetVips;
using VipsImage = NetVips.Image;
using Image = IconDiffusion.Imaging.Image;
using ImageFile = IconDiffusion.Imaging.ImageFile;

namespace IconDiffusion.Tests;

/// <summary>Makes the JPEG, WebP, GIF and other files that tests read, through libvips itself.</summary>
internal static class VipsEncoder
{
    public const Enums.Interpretation Cmyk = Enums.Interpretation.Cmyk;

    static VipsEncoder() => _ = ImageFile.LibraryVersion;  // starts libvips

    /// <param name="pixels">uint8 [height, width, bands].</param>
    /// <param name="suffix">Format and options, such as <c>.jpg[Q=75]</c>.</param>
    /// <param name="pageHeight">Height of one frame, for animations stored as one tall picture.</param>
    /// <param name="orientation">EXIF orientation, 1 … 8.</param>
    /// <param name="profile">An ICC profile.</param>
    public static byte[] Encode(
        byte[] pixels, int width, int height, int bands, string suffix, Enums.Interpretation interpretation = Enums.Interpretation.Srgb,
        int? pageHeight = null, int? orientation = null, byte[]? profile = null)
    {
        using var raw = VipsImage.NewFromMemory(pixels, width, height, bands, Enums.BandFormat.Uchar);
        using var named = raw.Copy(interpretation: interpretation);
        using var image = named.Mutate(fields =>
        {
            if (pageHeight is { } frame) fields.Set(GValue.GIntType, "page-height", frame);
            if (orientation is { } turn) fields.Set(GValue.GIntType, "orientation", turn);
            if (profile != null) fields.Set(GValue.BlobType, "icc-profile-data", profile);
        });
        return image.WriteToBuffer(suffix);
    }

    /// <summary>RGB as it is.</summary>
    public static byte[] Encode(Image image, string suffix) => Encode(image.Pixels, image.Width, image.Height, 3, suffix);

    /// <summary>As telephones write photographs: a JPEG and, behind it, what bright screens add to it.</summary>
    public static byte[] UltraHdr(Image image)
    {
        using var raw = VipsImage.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
        using var named = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        using var light = named.Colourspace(Enums.Interpretation.Scrgb);
        return (byte[])Operation.Call("uhdrsave_buffer", null, light);
    }

    /// <summary>The names of libvips' loaders from memory that are not blocked.</summary>
    public static IEnumerable<string> OpenLoaders() => NetVips.NetVips.GetOperations()
        .Where(name => name.EndsWith("load_buffer", StringComparison.Ordinal) && !Operation.NewFromName(name).GetFlags().HasFlag(Enums.OperationFlags.BLOCKED));
}
