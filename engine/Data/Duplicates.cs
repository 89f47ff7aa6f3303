using IconDiffusion.Engine.Imaging;

namespace IconDiffusion.Engine.Data;

/// <summary>Finds icons that are the same picture: equal, nearly equal, or each other's mirror image.</summary>
/// <remarks>Thumbnails of 16×16 are compared pair by pair; a pair is given up once its difference is too large, so thousands of icons take seconds.</remarks>
public static class Duplicates
{
    /// <summary>
    /// Largest mean difference of two thumbnails, grey levels, that still counts as the same picture. JPEG at quality 75 and
    /// scaling by half stay below 1; the most alike of 618 Noto faces differ by 1.63.
    /// </summary>
    public const double Threshold = 1.5;

    private const int Side = 16;

    /// <param name="icons">All of one size.</param>
    public static IReadOnlyList<DuplicatePair> Find(IReadOnlyList<NamedIcon> icons)
    {
        var thumbnails = icons.Select(each => Resize.To(each.Icon, Side, Side)).ToList();
        var mirrored = thumbnails.Select(each => each.Mirrored()).ToList();
        var pairs = new List<DuplicatePair>();
        for (var i = 0; i < icons.Count; i++)
            for (var j = i + 1; j < icons.Count; j++)
            {
                if (Difference(thumbnails[i], thumbnails[j]) is { } straight)
                    pairs.Add(new(icons[i].Name, icons[j].Name, AreEqual(icons[i], icons[j]) ? DuplicateKind.Exact : DuplicateKind.Near, straight));
                else if (Difference(thumbnails[i], mirrored[j]) is { } turned)
                    pairs.Add(new(icons[i].Name, icons[j].Name, DuplicateKind.Mirrored, turned));
            }
        return pairs;
    }

    // Mean absolute error, or null above the threshold.
    private static double? Difference(Image a, Image b)
    {
        const int values = Side * Side * 3;
        const int most = (int)(Threshold * values);
        var sum = 0;
        for (var i = 0; i < values; i++)
        {
            sum += Math.Abs(a.Pixels[i] - b.Pixels[i]);
            if (sum > most) return null;
        }
        return (double)sum / values;
    }

    private static bool AreEqual(NamedIcon a, NamedIcon b) => a.Icon.Pixels.AsSpan().SequenceEqual(b.Icon.Pixels);
}
