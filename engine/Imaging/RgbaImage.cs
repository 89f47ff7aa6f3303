namespace IconDiffusion.Imaging;

/// <summary>A decoded picture before its transparency is resolved: uint8 [Height, Width, 4], alpha not premultiplied.</summary>
public sealed record RgbaImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>Whether any pixel is less than opaque.</summary>
    public bool IsTransparent
    {
        get
        {
            for (var i = 3; i < Pixels.Length; i += 4)
                if (Pixels[i] != 255) return true;
            return false;
        }
    }

    /// <summary>Laid over a background: round((c · α + b · (255 − α)) / 255) per channel.</summary>
    public Image Over(Rgb background)
    {
        var flat = new byte[Width * Height * 3];
        for (int from = 0, to = 0; to < flat.Length; from += 4, to += 3)
        {
            var alpha = Pixels[from + 3];
            flat[to] = Blend(Pixels[from], background.R, alpha);
            flat[to + 1] = Blend(Pixels[from + 1], background.G, alpha);
            flat[to + 2] = Blend(Pixels[from + 2], background.B, alpha);
        }
        return new(Width, Height, flat);
    }

    private static byte Blend(byte colour, byte background, byte alpha) =>
        (byte)(((colour * alpha) + (background * (255 - alpha)) + 127) / 255);
}
