using IconDiffusion.Imaging;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// An outline filled with one opaque colour: closed contours on a canvas of 128×128 units, y downwards. Contours inside others are
/// holes (even-odd rule).
/// </summary>
public sealed record Shape(IReadOnlyList<IReadOnlyList<Vertex>> Contours, Rgb Colour)
{
    // Straight pieces of a curve: at 128 px the largest curve here is off by less than a tenth of a pixel.
    private const int CurvePieces = 16;

    // Of a quarter circle's Bézier handle, times the radius: 4/3 · (√2 − 1).
    private const double QuarterHandle = 0.5522847498307936;

    /// <summary>Fills a path of the commands M, L, Q, C and Z of SVG's path data, absolute coordinates.</summary>
    public static Shape Fill(string path, string colour) => new(Flatten(path), Rgb.Parse(colour));

    /// <summary>A line along the path with round ends and joints.</summary>
    public static IEnumerable<Shape> Stroke(string path, double width, string colour)
    {
        foreach (var line in Flatten(path))
            for (var i = 0; i < line.Count; i++)
            {
                yield return Ellipse(line[i].X, line[i].Y, width / 2, width / 2, colour);
                if (i > 0) yield return new([Band(line[i - 1], line[i], width / 2)], Rgb.Parse(colour));
            }
    }

    /// <summary>An ellipse by its centre and radii, in pixels.</summary>
    public static Shape Ellipse(double x, double y, double radiusX, double radiusY, string colour) =>
        new([Oval(x, y, radiusX, radiusY)], Rgb.Parse(colour));

    /// <summary>The band of <paramref name="width"/> units inside an ellipse's outline.</summary>
    public static Shape Ring(double x, double y, double radiusX, double radiusY, double width, string colour) =>
        new([Oval(x, y, radiusX, radiusY), Oval(x, y, radiusX - width, radiusY - width)], Rgb.Parse(colour));

    /// <summary>An upright rectangle by its upper left corner, width and height, in pixels.</summary>
    public static Shape Rectangle(double x, double y, double width, double height, string colour) =>
        new([[new(x, y), new(x + width, y), new(x + width, y + height), new(x, y + height)]], Rgb.Parse(colour));

    private static List<Vertex> Oval(double x, double y, double rx, double ry)
    {
        var (hx, hy) = (rx * QuarterHandle, ry * QuarterHandle);
        var oval = new List<Vertex> { new(x + rx, y) };
        AddCurve(oval, new(x + rx, y + hy), new(x + hx, y + ry), new(x, y + ry));
        AddCurve(oval, new(x - hx, y + ry), new(x - rx, y + hy), new(x - rx, y));
        AddCurve(oval, new(x - rx, y - hy), new(x - hx, y - ry), new(x, y - ry));
        AddCurve(oval, new(x + hx, y - ry), new(x + rx, y - hy), new(x + rx, y));
        return oval;
    }

    private static List<Vertex> Band(Vertex a, Vertex b, double half)
    {
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var length = Math.Sqrt((dx * dx) + (dy * dy));
        if (length == 0) return [a];
        var (nx, ny) = (-dy * half / length, dx * half / length);
        return [new(a.X + nx, a.Y + ny), new(b.X + nx, b.Y + ny), new(b.X - nx, b.Y - ny), new(a.X - nx, a.Y - ny)];
    }

    private static List<List<Vertex>> Flatten(string path)
    {
        var contours = new List<List<Vertex>>();
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = 0;
        var command = ' ';
        while (at < words.Length)
        {
            if (char.IsAsciiLetter(words[at][0])) command = words[at++][0];
            if (command == 'Z') continue;
            if (command == 'M') contours.Add([Next()]);
            else if (command == 'L') contours[^1].Add(Next());
            else if (command == 'C') AddCurve(contours[^1], Next(), Next(), Next());
            else if (command == 'Q')
            {
                var (from, control, to) = (contours[^1][^1], Next(), Next());
                AddCurve(contours[^1], from.Towards(control, 2.0 / 3), to.Towards(control, 2.0 / 3), to);
            }
            else throw new FormatException($"'{command}' in the path '{path}' is not known; wanted M, L, Q, C or Z.");
        }
        return contours;

        Vertex Next() => new(double.Parse(words[at++]), double.Parse(words[at++]));
    }

    private static void AddCurve(List<Vertex> contour, Vertex first, Vertex second, Vertex end)
    {
        var start = contour[^1];
        for (var i = 1; i <= CurvePieces; i++)
        {
            var t = (double)i / CurvePieces;
            var s = 1 - t;
            var (a, b, c, d) = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t);
            contour.Add(new(
                (a * start.X) + (b * first.X) + (c * second.X) + (d * end.X),
                (a * start.Y) + (b * first.Y) + (c * second.Y) + (d * end.Y)));
        }
    }
}

/// <summary>A point of the canvas.</summary>
public readonly record struct Vertex(double X, double Y)
{
    /// <summary>The point that lies a part, 0 to 1, of the way to another.</summary>
    public Vertex Towards(Vertex other, double part) => new(X + ((other.X - X) * part), Y + ((other.Y - Y) * part));
}
