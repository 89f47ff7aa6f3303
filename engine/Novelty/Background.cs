using IconDiffusion.Engine.Imaging;

namespace IconDiffusion.Engine.Novelty;

/// <summary>
/// An icon's plain background: its colour, where it is, and how much of it shines through the soft edges, so that the icon can
/// be laid over another colour.
/// </summary>
/// <remarks>
/// The colour is the one that most border pixels are close to. The region is what can be reached from the border through pixels
/// within a tolerance of it, which follows the border's own noise: 4 levels on a clean background, up to 48 on a noisy one.
/// </remarks>
public sealed class Background
{
    /// <summary>Border pixels count as one colour up to this largest difference of a channel.</summary>
    private const int BorderTolerance = 32;

    // A pixel of an edge lies this far from the line between background and icon at most, in levels (Euclidean).
    private const int OffLine = 24;

    private readonly byte[] _cover;   // [size, size], 0: background … 255: icon

    private Background(Rgb colour, int tolerance, byte[] cover) => (Colour, Tolerance, _cover) = (colour, tolerance, cover);

    /// <summary>The median of the border pixels that are close to the most common colour.</summary>
    public Rgb Colour { get; }

    /// <summary>Largest difference of a channel that still counts as background, levels.</summary>
    public int Tolerance { get; }

    /// <summary>How much of each pixel is icon: [size, size], 0 background alone … 255 icon alone.</summary>
    public ReadOnlySpan<byte> Cover => _cover;

    /// <summary>The background of an icon, or null where less than half of its border has one colour: an icon that fills its square.</summary>
    /// <param name="icon">uint8 [size, size, 3].</param>
    public static Background? Of(ReadOnlySpan<byte> icon, int size)
    {
        var border = Border(size);
        var found = MostCommon(icon, border);
        if (found.Count * 2 < border.Length) return null;
        var region = Flood(icon, size, border, found.Colour, found.Tolerance);
        return new(found.Colour, found.Tolerance, Covers(icon, size, region, found.Colour));
    }

    /// <summary>The icon over another background, uint8 [size, size, 3].</summary>
    public byte[] Over(ReadOnlySpan<byte> icon, Rgb colour)
    {
        var over = icon.ToArray();
        ReadOnlySpan<int> change = [colour.R - Colour.R, colour.G - Colour.G, colour.B - Colour.B];
        ReadOnlySpan<byte> replacement = [colour.R, colour.G, colour.B];
        for (var pixel = 0; pixel < _cover.Length; pixel++)
        {
            var clear = 255 - _cover[pixel];
            if (clear == 0) continue;
            for (var c = 0; c < 3; c++)
                over[pixel * 3 + c] = clear == 255
                    ? replacement[c]
                    : (byte)Math.Clamp(over[pixel * 3 + c] + (int)Math.Round(clear * change[c] / 255.0), 0, 255);
        }
        return over;
    }

    private static int[] Border(int size) =>
        [.. Enumerable.Range(0, size * size).Where(pixel => pixel % size == 0 || pixel % size == size - 1 || pixel / size == 0 || pixel / size == size - 1)];

    private static (Rgb Colour, int Tolerance, int Count) MostCommon(ReadOnlySpan<byte> icon, int[] border)
    {
        // The border pixel that has most others near it stands for its colour; equal colours have equal counts, so each is counted once.
        var counts = new Dictionary<Rgb, int>();
        foreach (var pixel in border)
            counts[At(icon, pixel)] = counts.GetValueOrDefault(At(icon, pixel)) + 1;
        var (most, centre) = (0, default(Rgb));
        foreach (var candidate in counts.Keys)
        {
            var near = counts.Sum(each => Difference(each.Key, candidate) <= BorderTolerance ? each.Value : 0);
            if (near > most || (near == most && Order(candidate) < Order(centre))) (most, centre) = (near, candidate);
        }

        var inliers = counts.Where(each => Difference(each.Key, centre) <= BorderTolerance).ToList();
        var colour = new Rgb(Median(inliers, each => each.R), Median(inliers, each => each.G), Median(inliers, each => each.B));
        var noise = Quantile(inliers.Select(each => (Difference(each.Key, colour), each.Value)), 0.95);
        return (colour, Math.Min(4 + noise * 3 / 2, 48), most);
    }

    private static int Order(Rgb colour) => (colour.R << 16) | (colour.G << 8) | colour.B;

    private static byte Median(List<KeyValuePair<Rgb, int>> colours, Func<Rgb, byte> channel) =>
        (byte)Quantile(colours.Select(each => ((int)channel(each.Key), each.Value)), 0.5);

    // The smallest value that at least this part of the counted values do not exceed.
    private static int Quantile(IEnumerable<(int Value, int Count)> counted, double part)
    {
        var sorted = counted.OrderBy(each => each.Value).ToList();
        var left = (int)Math.Ceiling(part * sorted.Sum(each => each.Count));
        foreach (var (value, count) in sorted)
            if ((left -= count) <= 0) return value;
        return sorted[^1].Value;
    }

    private static bool[] Flood(ReadOnlySpan<byte> icon, int size, int[] border, Rgb colour, int tolerance)
    {
        var region = new bool[size * size];
        var open = new Stack<int>();
        foreach (var pixel in border) Visit(icon, pixel);
        while (open.TryPop(out var pixel))
        {
            var x = pixel % size;
            if (x > 0) Visit(icon, pixel - 1);
            if (x < size - 1) Visit(icon, pixel + 1);
            if (pixel >= size) Visit(icon, pixel - size);
            if (pixel < size * (size - 1)) Visit(icon, pixel + size);
        }
        return region;

        void Visit(ReadOnlySpan<byte> icon, int pixel)
        {
            if (region[pixel] || Difference(At(icon, pixel), colour) > tolerance) return;
            region[pixel] = true;
            open.Push(pixel);
        }
    }

    // Pixels up to two away from the region are mixtures p = b + α (f − b) of the background b and an icon colour f nearby:
    // f is the colour within two pixels that is farthest from b, α the projection. What is off that line is no mixture.
    private static byte[] Covers(ReadOnlySpan<byte> icon, int size, bool[] region, Rgb background)
    {
        var cover = new byte[size * size];
        for (var pixel = 0; pixel < cover.Length; pixel++)
        {
            if (region[pixel]) continue;
            var (x, y) = (pixel % size, pixel / size);
            var (isEdge, farthest, reach) = (false, default(Rgb), -1);
            for (var v = Math.Max(y - 2, 0); v <= Math.Min(y + 2, size - 1); v++)
                for (var u = Math.Max(x - 2, 0); u <= Math.Min(x + 2, size - 1); u++)
                {
                    if (region[v * size + u])
                    {
                        isEdge = true;
                        continue;
                    }
                    var colour = At(icon, v * size + u);
                    var away = Dot(colour, colour, background);
                    if (away > reach) (farthest, reach) = (colour, away);
                }
            cover[pixel] = isEdge && reach > 0 ? Mixture(At(icon, pixel), farthest, background, reach) : (byte)255;
        }
        return cover;
    }

    private static byte Mixture(Rgb colour, Rgb farthest, Rgb background, int reach)
    {
        var along = Dot(colour, farthest, background);
        if (along <= 0) return 255;
        var offLine = Dot(colour, colour, background) - (double)along * along / reach;
        return offLine > OffLine * OffLine ? (byte)255 : (byte)Math.Min(255L * along / reach, 255);
    }

    // (a − b)·(c − b)
    private static int Dot(Rgb a, Rgb c, Rgb b) => (a.R - b.R) * (c.R - b.R) + (a.G - b.G) * (c.G - b.G) + (a.B - b.B) * (c.B - b.B);

    private static int Difference(Rgb a, Rgb b) => Math.Max(Math.Abs(a.R - b.R), Math.Max(Math.Abs(a.G - b.G), Math.Abs(a.B - b.B)));

    private static Rgb At(ReadOnlySpan<byte> icon, int pixel) => new(icon[pixel * 3], icon[pixel * 3 + 1], icon[pixel * 3 + 2]);
}
