namespace IconDiffusion.Evaluation.Parts;

/// <summary>A part's drawing for calculations: float [Height, Width, 4] at (<see cref="X"/>, <see cref="Y"/>) of the icon, colours 0…255 times α, α 0…1.</summary>
internal readonly record struct PartRaster(int X, int Y, int Width, int Height, float[] Values)
{
    public static float[] Premultiply(byte[] rgba)
    {
        var values = new float[rgba.Length];
        for (var i = 0; i < values.Length; i += 4)
        {
            var alpha = rgba[i + 3] / 255f;
            for (var channel = 0; channel < 3; channel++)
                values[i + channel] = rgba[i + channel] * alpha;
            values[i + 3] = alpha;
        }
        return values;
    }

    /// <summary>Lays it over a picture [size, size, 4].</summary>
    public void Over(float[] picture, int size)
    {
        var (left, right) = (Math.Max(X, 0), Math.Min(X + Width, size));
        for (var y = Math.Max(Y, 0); y < Math.Min(Y + Height, size); y++)
            for (var x = left; x < right; x++)
            {
                var from = (((y - Y) * Width) + x - X) * 4;
                var rest = 1 - Values[from + 3];
                if (rest == 1) continue;
                var to = ((y * size) + x) * 4;
                for (var i = 0; i < 4; i++)
                    picture[to + i] = Values[from + i] + (rest * picture[to + i]);
            }
    }

    /// <summary>Three box filters one after the other, nearly a Gaussian with σ = √(radius · (radius + 1)); it spreads beyond the drawing's edges.</summary>
    /// <param name="radius">Of each box, pixels.</param>
    public PartRaster Blurred(int radius)
    {
        if (Width == 0) return this;
        var margin = 3 * radius;
        var (width, height) = (Width + (2 * margin), Height + (2 * margin));
        var values = new float[width * height * 4];
        for (var y = 0; y < Height; y++)
            Array.Copy(Values, y * Width * 4, values, (((y + margin) * width) + margin) * 4, Width * 4);
        for (var pass = 0; pass < 3; pass++)
            values = Box(Box(values, width, height, radius, alongRows: true), width, height, radius, alongRows: false);
        return new(X - margin, Y - margin, width, height, values);
    }

    // What lies beyond the picture is transparent.
    private static float[] Box(float[] values, int width, int height, int radius, bool alongRows)
    {
        var blurred = new float[values.Length];
        var apart = alongRows ? 4 : width * 4;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var at = ((y * width) + x) * 4;
                var (place, length) = alongRows ? (x, width) : (y, height);
                for (var k = -Math.Min(radius, place); k <= Math.Min(radius, length - 1 - place); k++)
                    for (var i = 0; i < 4; i++)
                        blurred[at + i] += values[at + (k * apart) + i] / ((2 * radius) + 1);
            }
        return blurred;
    }
}
