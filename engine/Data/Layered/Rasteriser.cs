namespace IconDiffusion.Data.Layered;

/// <summary>
/// Draws shapes with 8×8 samples per pixel, each of which has the colour of the topmost shape over it. Only additions, multiplications,
/// divisions and square roots, which IEEE 754 rounds in one way alone, so that every machine draws the same bits.
/// </summary>
internal static class Rasteriser
{
    private const int Samples = 8;

    /// <param name="shapes">From the bottom up.</param>
    /// <param name="size">The icon's side, pixels.</param>
    /// <param name="phaseX">How far the drawing is moved to the right, 1/128 pixels, 0…127; so much that pixels see other samples.</param>
    /// <param name="phaseY">How far down.</param>
    public static Sheet Draw(IReadOnlyList<Shape> shapes, int size, int phaseX, int phaseY)
    {
        if (shapes.Count == 0) return Sheet.Empty;
        var scale = size * Samples / 128.0;
        var (moveX, moveY) = (phaseX * Samples / 128.0, phaseY * Samples / 128.0);
        var outlines = shapes.Select(shape => shape.Contours.Select(contour => contour.Select(
            vertex => new Vertex((vertex.X * scale) + moveX, (vertex.Y * scale) + moveY)).ToArray()).ToArray()).ToList();
        var vertices = outlines.SelectMany(each => each).SelectMany(each => each).ToList();
        var (left, top) = (Floor(vertices.Min(v => v.X)), Floor(vertices.Min(v => v.Y)));
        var (right, bottom) = (Floor(vertices.Max(v => v.X)) + 1, Floor(vertices.Max(v => v.Y)) + 1);

        var (width, height) = (right - left, bottom - top);
        var stride = width * Samples;
        var samples = new short[stride * height * Samples];
        for (var i = 0; i < shapes.Count; i++)
            Fill(outlines[i], (short)(i + 1), samples, stride, left * Samples, top * Samples);
        return new(left, top, width, height, Average(shapes, samples, width, height));
    }

    private static int Floor(double samples) => (int)Math.Floor(samples / Samples);

    // Paints the samples between the 1st and the 2nd crossing of each line of samples, the 3rd and the 4th, ….
    private static void Fill(Vertex[][] contours, short paint, short[] samples, int stride, int left, int top)
    {
        var crossings = new List<double>();
        var first = Math.Max(0, (int)Math.Floor(contours.Min(c => c.Min(v => v.Y))) - top);
        var last = Math.Min((samples.Length / stride) - 1, (int)Math.Floor(contours.Max(c => c.Max(v => v.Y))) - top);
        for (var row = first; row <= last; row++)
        {
            var y = row + top + 0.5;
            crossings.Clear();
            foreach (var contour in contours)
                for (var i = 0; i < contour.Length; i++)
                {
                    var (a, b) = (contour[i], contour[(i + 1) % contour.Length]);
                    if (a.Y <= y != b.Y <= y) crossings.Add(a.X + ((y - a.Y) * (b.X - a.X) / (b.Y - a.Y)));
                }
            crossings.Sort();
            for (var i = 0; i + 1 < crossings.Count; i += 2)
            {
                var (from, to) = (FirstAfter(crossings[i]), FirstAfter(crossings[i + 1]));
                samples.AsSpan((row * stride) + from, Math.Max(0, to - from)).Fill(paint);
            }
        }

        // A sample lies in the middle of its cell.
        int FirstAfter(double x) => Math.Clamp((int)Math.Ceiling(x - 0.5) - left, 0, stride);
    }

    private static byte[] Average(IReadOnlyList<Shape> shapes, short[] samples, int width, int height)
    {
        var rgba = new byte[width * height * 4];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                int red = 0, green = 0, blue = 0, covered = 0;
                for (var row = 0; row < Samples; row++)
                    foreach (var paint in samples.AsSpan((((y * Samples) + row) * width * Samples) + (x * Samples), Samples))
                    {
                        if (paint == 0) continue;
                        var colour = shapes[paint - 1].Colour;
                        (red, green, blue, covered) = (red + colour.R, green + colour.G, blue + colour.B, covered + 1);
                    }
                if (covered == 0) continue;
                var pixel = rgba.AsSpan(((y * width) + x) * 4, 4);
                pixel[0] = (byte)((red + (covered / 2)) / covered);
                pixel[1] = (byte)((green + (covered / 2)) / covered);
                pixel[2] = (byte)((blue + (covered / 2)) / covered);
                pixel[3] = (byte)(((covered * 255) + (Samples * Samples / 2)) / (Samples * Samples));
            }
        return rgba;
    }
}
