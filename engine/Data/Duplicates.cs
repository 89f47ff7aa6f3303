using System.Collections.Concurrent;
using IconDiffusion.Imaging;

namespace IconDiffusion.Data;

/// <summary>Finds icons that are the same picture: equal, nearly equal, or each other's mirror image.</summary>
/// <remarks>
/// Thumbnails of 16×16 are compared pair by pair, but only those whose sums are close: sums differ by no more than the thumbnails
/// do, and mirroring leaves them as they are.
/// </remarks>
public static class Duplicates
{
    /// <summary>
    /// Largest mean difference of two thumbnails, grey levels, that still counts as the same picture. JPEG at quality 75 and
    /// scaling by half stay below 1; the most alike of 618 Noto faces differ by 1.63.
    /// </summary>
    public const double Threshold = 1.5;

    private const int Side = 16;
    private const int Values = Side * Side * 3;
    private const int Most = (int)(Threshold * Values);

    /// <summary>Icons that are one picture, directly or through others; icons without a duplicate are in no group.</summary>
    /// <param name="icons">All of one size.</param>
    /// <returns>In order of their first icons.</returns>
    public static IReadOnlyList<DuplicateGroup> Groups(IReadOnlyList<NamedIcon> icons)
    {
        var pairs = Pairs(icons.Count, i => icons[i].Icon);
        var groups = Joined(icons.Count, pairs);
        var groupOf = groups.SelectMany((group, g) => group.Select(i => (Icon: i, Group: g))).ToDictionary(each => each.Icon, each => each.Group);
        return
        [
            .. pairs.GroupBy(pair => groupOf[pair.First]).OrderBy(each => each.Key).Select(each => new DuplicateGroup(
                [.. groups[each.Key].Select(i => icons[i].Name)],
                groups[each.Key].All(i => AreEqual(icons[groups[each.Key][0]], icons[i])) ? DuplicateKind.Exact
                    : each.Any(pair => pair.Mirrored) ? DuplicateKind.Mirrored : DuplicateKind.Near,
                (double)each.Max(pair => pair.Sum) / Values)),
        ];
    }

    /// <summary>As the other, by index.</summary>
    /// <returns>Groups in order of their first icon, each ascending.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Groups(IconPixels icons) => Joined(icons.Count, Pairs(icons.Count, icons.ToImage));

    private static List<int[]> Joined(int count, List<(int First, int Second, bool Mirrored, int Sum)> pairs)
    {
        var first = Enumerable.Range(0, count).ToArray();   // the lowest index known to be the same picture
        foreach (var (i, j, _, _) in pairs)
        {
            var (a, b) = (Root(i), Root(j));
            first[Math.Max(a, b)] = Math.Min(a, b);
        }
        return [.. Enumerable.Range(0, count).GroupBy(Root).Where(group => group.Count() > 1).Select(group => group.ToArray())];

        int Root(int i)
        {
            while (first[i] != i) i = first[i] = first[first[i]];
            return i;
        }
    }

    private static List<(int First, int Second, bool Mirrored, int Sum)> Pairs(int count, Func<int, Image> icon)
    {
        var (straight, mirrored, sums) = (new byte[count][], new byte[count][], new int[count]);
        Parallel.For(0, count, i =>
        {
            var thumbnail = Resize.To(icon(i), Side, Side);
            (straight[i], mirrored[i], sums[i]) = (thumbnail.Pixels, thumbnail.Mirrored().Pixels, thumbnail.Pixels.Sum(value => value));
        });
        var order = Enumerable.Range(0, count).OrderBy(i => sums[i]).ToArray();
        var pairs = new ConcurrentBag<(int First, int Second, bool Mirrored, int Sum)>();
        Parallel.For(0, count, a =>
        {
            for (var b = a + 1; b < count && sums[order[b]] - sums[order[a]] <= Most; b++)
            {
                var (i, j) = (Math.Min(order[a], order[b]), Math.Max(order[a], order[b]));
                if (PixelDistance.Sum(straight[i], straight[j]) is <= Most and var same) pairs.Add((i, j, false, (int)same));
                else if (PixelDistance.Sum(straight[i], mirrored[j]) is <= Most and var turned) pairs.Add((i, j, true, (int)turned));
            }
        });
        return [.. pairs.OrderBy(pair => pair.First).ThenBy(pair => pair.Second)];
    }

    private static bool AreEqual(NamedIcon a, NamedIcon b) => a.Icon.Pixels.AsSpan().SequenceEqual(b.Icon.Pixels);
}
