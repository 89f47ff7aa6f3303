using IconDiffusion.Imaging;

namespace IconDiffusion.Data.Layered;

/// <summary>A drawn part, cut to what it covers: uint8 [Height, Width, 4] at (<see cref="X"/>, <see cref="Y"/>) of the icon, which it may overhang.</summary>
/// <param name="Rgba">Alpha not premultiplied.</param>
public sealed record Sheet(int X, int Y, int Width, int Height, byte[] Rgba)
{
    /// <summary>One without any pixel.</summary>
    public static Sheet Empty { get; } = new(0, 0, 0, 0, []);

    /// <summary>The part that lies on an icon, transparent all around: [size, size, 4].</summary>
    public RgbaImage OnIcon(int size)
    {
        var picture = new byte[size * size * 4];
        foreach (var (from, to, count) in Rows(size))
            Rgba.AsSpan(from * 4, count * 4).CopyTo(picture.AsSpan(to * 4));
        return new(size, size, picture);
    }

    /// <summary>Lays it over the icon, channel by channel round((c · α + b · (255 − α)) / 255), as <see cref="RgbaImage.Over"/> does.</summary>
    public void Over(Image icon)
    {
        foreach (var (from, to, count) in Rows(icon.Width))
            for (var i = 0; i < count; i++)
            {
                var (source, target) = ((from + i) * 4, (to + i) * 3);
                var alpha = Rgba[source + 3];
                for (var channel = 0; channel < 3; channel++)
                    icon.Pixels[target + channel] = (byte)(((Rgba[source + channel] * alpha) + (icon.Pixels[target + channel] * (255 - alpha)) + 127) / 255);
            }
    }

    /// <summary>The same drawing elsewhere.</summary>
    public Sheet Moved(int x, int y) => this with { X = X + x, Y = Y + y };

    // The stretches of its rows that lie on an icon, in pixels: where they begin here and there, and how long they are.
    private IEnumerable<(int From, int To, int Count)> Rows(int size)
    {
        var (left, right) = (Math.Max(X, 0), Math.Min(X + Width, size));
        for (var y = Math.Max(Y, 0); y < Math.Min(Y + Height, size) && left < right; y++)
            yield return (((y - Y) * Width) + left - X, (y * size) + left, right - left);
    }
}
