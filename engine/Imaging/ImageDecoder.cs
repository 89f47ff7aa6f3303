using System.Collections.Frozen;
using IconDiffusion.Specs.Files;
using NetVips;
using VipsImage = NetVips.Image;

namespace IconDiffusion.Imaging;

/// <summary>From a file's bytes to its header and to upright sRGB.</summary>
internal static class ImageDecoder
{
    /// <summary>libvips' loaders of the formats that are read; all others are blocked.</summary>
    public static FrozenDictionary<string, ImageFormat> Loaders { get; } = new Dictionary<string, ImageFormat>
    {
        ["VipsForeignLoadPng"] = ImageFormat.Png,
        ["VipsForeignLoadJpeg"] = ImageFormat.Jpeg,
        ["VipsForeignLoadWebp"] = ImageFormat.WebP,
        ["VipsForeignLoadNsgif"] = ImageFormat.Gif,
    }.ToFrozenDictionary();

    /// <summary>The file with nothing decoded yet, to be disposed of, and what its header says.</summary>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="ImageException">Empty, or none of the four formats.</exception>
    public static (VipsImage Image, ImageInfo Info) Open(ReadOnlySpan<byte> file, string name)
    {
        ImageLibrary.Start();
        if (file.IsEmpty) throw new ImageException($"'{name}' is empty; wanted a PNG, JPEG, WebP or GIF.");
        try
        {
            var loader = VipsImage.FindLoadBuffer(file) ?? throw new VipsException("No loader takes it.");
            var format = Loaders.FirstOrDefault(each => loader.StartsWith(each.Key, StringComparison.Ordinal)).Value;
            if (format == default) throw new VipsException($"{loader} is not for files from outside.");
            var image = VipsImage.NewFromBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            var pages = format == ImageFormat.Png ? PngAnimation.Frames(file) : Number(image, "n-pages") ?? 1;
            return (image, new(format, image.Width, image.Height, image.Bands, Is16Bit(image) ? 16 : 8, pages, ColourOf(image), image.HasAlpha()));
        }
        catch (VipsException error)
        {
            throw ImageLibrary.Explain(error, $"'{name}'", "not a readable PNG, JPEG, WebP or GIF");
        }
    }

    /// <summary>The pixels of an opened file, which is disposed of.</summary>
    /// <exception cref="ImageException">Truncated, corrupt, or of a colour space that has no way to sRGB.</exception>
    public static RgbaImage ToRgba(VipsImage opened, string name)
    {
        var (image, why) = (opened, "cannot be converted to sRGB");
        try
        {
            // Lazy: pixels flow when they are written.
            foreach (var step in StepsFor(opened).ToList())
            {
                var next = step(image);
                image.Dispose();
                image = next;
            }
            if (image.Bands != 4) throw new ImageException($"'{name}': has an unsupported number of channels.");
            why = "truncated or corrupt";
            return new(image.Width, image.Height, image.WriteToMemory<byte>());
        }
        catch (VipsException error)
        {
            throw ImageLibrary.Explain(error, $"'{name}'", why);
        }
        finally
        {
            image.Dispose();
        }
    }

    private static IEnumerable<Func<VipsImage, VipsImage>> StepsFor(VipsImage file)
    {
        var colour = ColourOf(file);
        if (Is16Bit(file))
        {
            yield return image => image.Cast(Enums.BandFormat.Uchar, shift: true);
            yield return image => image.Copy(interpretation: colour == ColourSpace.Grey ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        }
        if (colour == ColourSpace.Cmyk || file.Contains("icc-profile-data")) yield return image => FromProfile(image, colour);
        yield return image => image.Colourspace(Enums.Interpretation.Srgb);
        if (!file.HasAlpha()) yield return image => image.AddAlpha();
        yield return image => image.Cast(Enums.BandFormat.Uchar);
        if (Number(file, "orientation") is > 1)
        {
            // Rotation reads out of order, which a sequential source cannot: copy first, and only then.
            yield return image => image.CopyMemory();
            yield return image => image.Autorot();
        }
    }

    private static VipsImage FromProfile(VipsImage image, ColourSpace colour)
    {
        try
        {
            return image.IccTransform("srgb", embedded: true, inputProfile: colour == ColourSpace.Cmyk ? "cmyk" : "srgb", depth: 8);
        }
        catch (VipsException)
        {
            return image.Copy();  // a broken profile: take the numbers as they are
        }
    }

    private static bool Is16Bit(VipsImage image) => image.Format == Enums.BandFormat.Ushort;

    private static int? Number(VipsImage image, string field) => image.Contains(field) ? (int)image.Get(field) : null;

    private static ColourSpace ColourOf(VipsImage image) => image.Interpretation switch
    {
        Enums.Interpretation.Bw or Enums.Interpretation.Grey16 => ColourSpace.Grey,
        Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16 => ColourSpace.Rgb,
        Enums.Interpretation.Cmyk => ColourSpace.Cmyk,
        _ => ColourSpace.Other,
    };
}
