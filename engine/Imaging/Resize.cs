namespace IconDiffusion.Imaging;

/// <summary>
/// Resizing as Pillow does it, and so torchvision's Resize: by BILINEAR unless another filter is named, a triangle as wide as the scale. Equal to
/// Pillow 9.4 in every bit, so that figures compare with those of trainers that use it.
/// </summary>
/// <remarks>libvips' own resize shifts enlarged images by up to half a source pixel and filters reduced ones otherwise.</remarks>
public static class Resize
{
    // Pillow, Resample.c: weights are integers of 22 bits after the point.
    private const int PrecisionBits = 22;

    /// <summary>
    /// [size, size, 3] as denoising-diffusion-pytorch's data set makes it: the shorter side scaled to <paramref name="size"/>,
    /// the longer in proportion (rounded down), then the centre. An image of that size already comes back as it is.
    /// </summary>
    public static Image CoverSquare(Image image, int size)
    {
        if (image.Width == size && image.Height == size) return image;
        var shorter = Math.Min(image.Width, image.Height);
        var longer = (long)size * Math.Max(image.Width, image.Height) / shorter;
        // Of a long strip only the middle survives; cut it out first, or the intermediate would be huge.
        if (longer > 8 * size) return To(CentreSquare(image, shorter), size, size);
        var landscape = image.Width > image.Height;
        return CentreSquare(To(image, landscape ? (int)longer : size, landscape ? size : (int)longer), size);
    }

    /// <summary>[height, width, 3], sides independent.</summary>
    public static Image To(Image image, int width, int height, ResizeFilter? filter = null)
    {
        filter ??= ResizeFilter.Bilinear;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (width != image.Width) image = Across(image, width, filter);
        if (height != image.Height) image = Down(image, height, filter);
        return image;
    }

    private static Image Across(Image image, int width, ResizeFilter filter)
    {
        var filters = Filters(image.Width, width, filter);
        var result = new byte[checked(width * image.Height * 3)];
        var at = 0;
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            foreach (var (start, weights) in filters)
            {
                int r = Half, g = Half, b = Half;
                for (int i = 0, from = start * 3; i < weights.Length; i++, from += 3)
                {
                    r += weights[i] * row[from];
                    g += weights[i] * row[from + 1];
                    b += weights[i] * row[from + 2];
                }
                (result[at], result[at + 1], result[at + 2]) = (Level(r), Level(g), Level(b));
                at += 3;
            }
        }
        return new(width, image.Height, result);
    }

    private static Image Down(Image image, int height, ResizeFilter filter)
    {
        var stride = image.Width * 3;
        var result = new byte[checked(stride * height)];
        var sums = new int[stride];
        var at = 0;
        foreach (var (start, weights) in Filters(image.Height, height, filter))
        {
            Array.Fill(sums, Half);
            for (var i = 0; i < weights.Length; i++)
            {
                var row = image.Pixels.AsSpan((start + i) * stride, stride);
                for (var x = 0; x < stride; x++) sums[x] += weights[i] * row[x];
            }
            foreach (var sum in sums) result[at++] = Level(sum);
        }
        return new(image.Width, height, result);
    }

    // For each new position: the first old one that counts, and the weights from there on; they sum to 1 up to rounding.
    private static (int Start, int[] Weights)[] Filters(int from, int to, ResizeFilter filter)
    {
        var scale = (double)from / to;
        var stretch = Math.Max(scale, 1.0);
        var reach = filter.Support * stretch;
        var filters = new (int, int[])[to];
        for (var position = 0; position < to; position++)
        {
            var centre = (position + 0.5) * scale;
            var start = Math.Max((int)(centre - reach + 0.5), 0);
            var end = Math.Min((int)(centre + reach + 0.5), from);
            var weights = new double[end - start];
            for (var i = 0; i < weights.Length; i++)
                weights[i] = filter.Weight((i + start - centre + 0.5) * (1.0 / stretch));
            var sum = weights.Sum();
            filters[position] = (start, weights.Select(weight => (int)((weight < 0 ? -0.5 : 0.5) + (weight / sum * (1 << PrecisionBits)))).ToArray());
        }
        return filters;
    }

    private const int Half = 1 << (PrecisionBits - 1);

    private static byte Level(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);

    // torchvision's CenterCrop: half a pixel rounds to even.
    private static Image CentreSquare(Image image, int size) => image.Crop(
        (int)Math.Round((image.Width - size) / 2.0), (int)Math.Round((image.Height - size) / 2.0), size, size);
}
