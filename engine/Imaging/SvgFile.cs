using NetVips;
using VipsImage = NetVips.Image;

namespace IconDiffusion.Imaging;

/// <summary>
/// Draws SVG files of known origin, such as an emoji package's. Users' folders are read by <see cref="ImageFile"/>, which takes none:
/// an SVG is a program for a large library rather than pixels.
/// </summary>
public static class SvgFile
{
    /// <summary>The drawing in the middle of [size, size, 3], its longer side <paramref name="size"/> pixels long.</summary>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="ImageException">Not an SVG, or one that librsvg cannot draw.</exception>
    public static Image Draw(ReadOnlySpan<byte> file, string name, int size, Rgb background)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (file.IsEmpty) throw new ImageException($"'{name}' is empty; wanted an SVG.");
        var picture = Render(file, name, size).Over(background);
        if (picture.Width == size && picture.Height == size) return picture;
        var square = new Image(size, size, background);
        square.Draw(picture, (size - picture.Width) / 2, (size - picture.Height) / 2);
        return square;
    }

    /// <summary>The drawing as it says itself, [height, width, 4]: its own <c>width</c> and <c>height</c> in pixels, its ground transparent.</summary>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="ImageException">Not an SVG, or one that librsvg cannot draw.</exception>
    public static RgbaImage Draw(ReadOnlySpan<byte> file, string name) => Load(file, name, bytes =>
    {
        using var image = VipsImage.SvgloadBuffer(bytes);
        return new(image.Width, image.Height, image.WriteToMemory<byte>());
    });

    private static RgbaImage Render(ReadOnlySpan<byte> file, string name, int size) => Load(file, name, bytes =>
    {
        using var natural = VipsImage.SvgloadBuffer(bytes);
        using var image = VipsImage.SvgloadBuffer(bytes, scale: (double)size / Math.Max(natural.Width, natural.Height));
        if (image.Bands != 4 || image.Width > size || image.Height > size)
            throw new ImageException($"'{name}': an SVG of an unexpected size.");
        return new(image.Width, image.Height, image.WriteToMemory<byte>());
    });

    // A buffer has no base address, so librsvg loads nothing that the drawing refers to.
    private static RgbaImage Load(ReadOnlySpan<byte> file, string name, Func<byte[], RgbaImage> load)
    {
        ImageLibrary.Start();
        try
        {
            return load(file.ToArray());
        }
        catch (VipsException error)
        {
            throw ImageLibrary.Explain(error, $"'{name}'", "not a readable SVG");
        }
    }
}
