namespace IconDiffusion.Imaging;

/// <summary>An sRGB picture: uint8 [Height, Width, 3], packed, 0…255.</summary>
public sealed class Image
{
    /// <param name="pixels">Taken over, not copied: height · width · 3 bytes.</param>
    /// <exception cref="ArgumentException">The array does not fit the size.</exception>
    public Image(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.LongLength != (long)width * height * 3)
            throw new ArgumentException($"{pixels.LongLength} bytes came for {width}×{height} RGB, which needs {(long)width * height * 3}.", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>A picture of one colour.</summary>
    public Image(int width, int height, Rgb colour) : this(width, height, new byte[checked(width * height * 3)])
    {
        for (var i = 0; i < Pixels.Length; i += 3)
            (Pixels[i], Pixels[i + 1], Pixels[i + 2]) = (colour.R, colour.G, colour.B);
    }

    /// <summary>In pixels.</summary>
    public int Width { get; }

    /// <summary>In pixels.</summary>
    public int Height { get; }

    /// <summary>Rows from the top, pixels from the left, R G B.</summary>
    public byte[] Pixels { get; }

    /// <summary>The pixel in column x and row y, both from 0, from the upper left corner.</summary>
    public Rgb this[int x, int y]
    {
        get
        {
            var i = Offset(x, y);
            return new(Pixels[i], Pixels[i + 1], Pixels[i + 2]);
        }
    }

    /// <summary>Copies <paramref name="source"/> with its top left corner at (<paramref name="x"/>, <paramref name="y"/>); all of it must fit.</summary>
    public void Draw(Image source, int x, int y)
    {
        if (x < 0 || y < 0 || x + source.Width > Width || y + source.Height > Height)
            throw new ArgumentException($"{source.Width}×{source.Height} at ({x}, {y}) does not fit in {Width}×{Height}.", nameof(source));
        for (var row = 0; row < source.Height; row++)
            source.Pixels.AsSpan(row * source.Width * 3, source.Width * 3).CopyTo(Pixels.AsSpan(Offset(x, y + row)));
    }

    /// <summary>The part of <paramref name="width"/>×<paramref name="height"/> whose top left corner is (<paramref name="x"/>, <paramref name="y"/>).</summary>
    public Image Crop(int x, int y, int width, int height)
    {
        if (x < 0 || y < 0 || x + width > Width || y + height > Height)
            throw new ArgumentException($"{width}×{height} at ({x}, {y}) is not inside {Width}×{Height}.");
        var part = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
            Pixels.AsSpan(Offset(x, y + row), width * 3).CopyTo(part.AsSpan(row * width * 3));
        return new(width, height, part);
    }

    /// <summary>Left and right swapped.</summary>
    public Image Mirrored() => new(Width, Height, Mirrored(Pixels, Width));

    /// <summary>Left and right swapped in every row, of one picture or of several of one width.</summary>
    /// <param name="pixels">RGB, rows of <paramref name="width"/> pixels.</param>
    public static byte[] Mirrored(ReadOnlySpan<byte> pixels, int width)
    {
        var mirrored = new byte[pixels.Length];
        var row = width * 3;
        for (var start = 0; start < pixels.Length; start += row)
            for (var x = 0; x < row; x += 3)
                pixels.Slice(start + x, 3).CopyTo(mirrored.AsSpan(start + row - 3 - x));
        return mirrored;
    }

    /// <summary>Every pixel as a block of <paramref name="factor"/>×<paramref name="factor"/>: nearest neighbour, so single pixels stay visible.</summary>
    public Image Enlarged(int factor)
    {
        if (factor == 1) return this;
        var enlarged = new byte[checked(Pixels.Length * factor * factor)];
        var at = 0;
        for (var y = 0; y < Height * factor; y++)
            for (var x = 0; x < Width * factor; x++, at += 3)
                Pixels.AsSpan(Offset(x / factor, y / factor), 3).CopyTo(enlarged.AsSpan(at));
        return new(Width * factor, Height * factor, enlarged);
    }

    private int Offset(int x, int y) => ((y * Width) + x) * 3;
}
