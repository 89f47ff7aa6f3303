using System.Security.Cryptography;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// Icons in an order of their own, by a hash of their pixels. Figures are worked out in it and brought back, so that random draws and
/// rounding are the same whatever the order the icons came in.
/// </summary>
internal sealed class SortedIcons
{
    private readonly int[] _order;

    private SortedIcons(IconPixels icons, int[] order) => (Icons, _order) = (icons, order);

    /// <summary>Sorted.</summary>
    public IconPixels Icons { get; }

    public static SortedIcons Of(IconPixels icons)
    {
        var keys = new string[icons.Count];
        Parallel.For(0, icons.Count, i => keys[i] = Convert.ToHexStringLower(SHA256.HashData(icons[i])));
        int[] order = [.. Enumerable.Range(0, icons.Count).OrderBy(i => keys[i], StringComparer.Ordinal)];
        return new(Subset(icons, order), order);
    }

    /// <summary>The first of them: in the order of their hashes, a random part that does not depend on the order they came in.</summary>
    public SortedIcons First(int most) => most >= Icons.Count ? this : Of(Subset(Icons, [.. Enumerable.Range(0, most)]));

    /// <summary>Other icons, one for each of these and in their order, such as mirrored ones.</summary>
    public SortedIcons With(IconPixels others) => new(others, _order);

    /// <summary>Features of the icons as they came, sorted.</summary>
    public FeatureStatistics Sort(FeatureStatistics features)
    {
        var sorted = new float[features.Values.Length];
        for (var place = 0; place < _order.Length; place++)
            features.Values.AsSpan(_order[place] * features.Dimension, features.Dimension).CopyTo(sorted.AsSpan(place * features.Dimension));
        return new(sorted, features.Dimension);
    }

    /// <summary>Something of each sorted icon, in the order that the icons came in.</summary>
    public T[] Restore<T>(IReadOnlyList<T> sorted)
    {
        var restored = new T[_order.Length];
        for (var place = 0; place < _order.Length; place++) restored[_order[place]] = sorted[place];
        return restored;
    }

    /// <summary>Where a sorted icon was.</summary>
    public int Original(int place) => _order[place];

    /// <summary>Some icons, in the order given.</summary>
    public static IconPixels Subset(IconPixels icons, int[] which)
    {
        var data = new byte[checked(which.Length * icons.BytesPerIcon)];
        for (var i = 0; i < which.Length; i++) icons[which[i]].CopyTo(data.AsSpan(i * icons.BytesPerIcon));
        return new(data, icons.ImageSize);
    }
}
