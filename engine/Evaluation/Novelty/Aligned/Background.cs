using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>
/// An icon's plain background: its colour, where it is, and how much of it shines through the soft edges, so that the icon can
/// be laid over another colour.
/// </summary>
/// <remarks>
/// The colour is the one that most border pixels are close to. The region is every pixel within a tolerance of it, also what
/// hair and shoulders enclose; a fill from the border left 5 % of Noto faces with holes of the old colour. The tolerance follows the
/// border's own noise: 4 levels on a clean background, twice the median deviation more on a noisy one.
/// </remarks>
public sealed class Background
{
    /// <summary>Border pixels count as one colour up to this largest difference of a channel.</summary>
    private const int BorderTolerance = 32;

    // A pixel of an edge lies this far from the line between background and icon at most, in levels (Euclidean).
    private const int OffLine = 10;

    // How far soft edges reach, pixels: what a triangle filter leaves when pictures are made smaller.
    private const int Reach = 2;

    // What has so many background pixels among its 24 neighbours and is nearly its colour is the background's noise.
    private const int SpeckNeighbours = 16;

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
        var region = Region(icon, found.Colour, found.Tolerance);
        return new(found.Colour, found.Tolerance, Covers(icon, size, region, found.Colour, found.Tolerance));
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
        // The median is the background's noise even where a shoulder of nearly its colour lies on a quarter of the border.
        var noise = Quantile(inliers.Select(each => (Difference(each.Key, colour), each.Value)), 0.5);
        return (colour, 4 + 2 * noise, most);
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

    private static bool[] Region(ReadOnlySpan<byte> icon, Rgb colour, int tolerance)
    {
        var region = new bool[icon.Length / 3];
        for (var pixel = 0; pixel < region.Length; pixel++)
            region[pixel] = Difference(At(icon, pixel), colour) <= tolerance;
        return region;
    }

    // Pixels close to the region, or to the picture's edge, are mixtures p = b + α (f − b) of the background b and an icon colour f
    // nearby, one that p lies on the line to; of several the farthest, which is mixed least itself. What no line passes is no mixture.
    private static byte[] Covers(ReadOnlySpan<byte> icon, int size, bool[] region, Rgb background, int tolerance)
    {
        var cover = new byte[region.Length];
        for (var pixel = 0; pixel < cover.Length; pixel++)
        {
            if (region[pixel]) continue;
            var colour = At(icon, pixel);
            var (x, y, around, least) = (pixel % size, pixel / size, 0, 255);
            for (var v = y - Reach; v <= y + Reach; v++)
                for (var u = x - Reach; u <= x + Reach; u++)
                    if (u < 0 || u >= size || v < 0 || v >= size || region[v * size + u]) around++;
                    else least = Math.Min(least, Mixture(colour, At(icon, v * size + u), background));
            var isSpeck = around >= SpeckNeighbours && Difference(colour, background) <= 2 * tolerance;
            cover[pixel] = isSpeck ? (byte)0 : around > 0 ? (byte)least : (byte)255;
        }
        return cover;
    }

    // How much of a mixture is the other colour, 0…255; 255 where it is none.
    private static int Mixture(Rgb colour, Rgb other, Rgb background)
    {
        var (along, reach) = (Dot(colour, other, background), Dot(other, other, background));
        if (along <= 0 || along >= reach) return 255;
        var offLine = Dot(colour, colour, background) - (double)along * along / reach;
        return offLine > OffLine * OffLine ? 255 : (int)(255L * along / reach);
    }

    // (a − b)·(c − b)
    private static int Dot(Rgb a, Rgb c, Rgb b) => (a.R - b.R) * (c.R - b.R) + (a.G - b.G) * (c.G - b.G) + (a.B - b.B) * (c.B - b.B);

    private static int Difference(Rgb a, Rgb b) => Math.Max(Math.Abs(a.R - b.R), Math.Max(Math.Abs(a.G - b.G), Math.Abs(a.B - b.B)));

    private static Rgb At(ReadOnlySpan<byte> icon, int pixel) => new(icon[pixel * 3], icon[pixel * 3 + 1], icon[pixel * 3 + 2]);
}
