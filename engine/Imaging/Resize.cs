namespace IconDiffusion.Engine.Imaging;

/// <summary>Resizing with a triangle filter as wide as the scale, which Pillow and torchvision call bilinear with antialiasing.</summary>
public static class Resize
{
    /// <summary>
    /// [size, size, 3] as denoising-diffusion-pytorch's data set makes it: the shorter side scaled to <paramref name="size"/>,
    /// the longer in proportion (rounded down), then the centre. An image of that size already comes back as it is.
    /// </summary>
    public static Image CoverSquare(Image image, int size)
    {
        if (image.Width == size && image.Height == size) return image;
        var shorter = Math.Min(image.Width, image.Height);
        var width = (int)((long)size * image.Width / shorter);
        var height = (int)((long)size * image.Height / shorter);
        // Bound the intermediate: of a long strip only the middle square survives anyway.
        var square = Math.Max(width, height) > 8 * size ? CentreSquare(image, shorter) : image;
        var scaled = square == image ? To(image, width, height) : To(square, size, size);
        return CentreSquare(scaled, size);
    }

    /// <summary>[height, width, 3], sides independent.</summary>
    public static unsafe Image To(Image image, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ImageLibrary.Start();
        byte* resized;
        fixed (byte* pixels = image.Pixels)
            ImageLibrary.Check(ImageLibrary.Resize(pixels, image.Width, image.Height, width, height, &resized), $"Resizing {image.Width}×{image.Height} to {width}×{height}");
        return new(width, height, ImageLibrary.Take(resized, (long)width * height * 3));
    }

    // torchvision's CenterCrop: an odd remainder rounds half to even.
    private static Image CentreSquare(Image image, int size) => image.Crop(
        (int)Math.Round((image.Width - size) / 2.0), (int)Math.Round((image.Height - size) / 2.0), size, size);
}
