using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>Icons of known parts: a seeded sample of the product of the parts' variants, each combination once, with a layout of its own.</summary>
public static class LayeredSource
{
    /// <summary>Icons to train on where <see cref="DatasetSpec.Count"/> does not say.</summary>
    public const int DefaultCount = 200;

    // Keep the numbers for the combinations and for the layouts apart.
    private const long CombinationStream = 1;
    private const long LayoutStream = 2;

    /// <summary>The art that a spec's icons are made of.</summary>
    /// <exception cref="DatasetException">Its package is not installed or damaged, does not have the style, or the style cannot be taken apart.</exception>
    public static LayeredArt Open(LayeredArtSpec spec, InstalledPackages packages) => spec switch
    {
        LayeredSpec faces => new FaceArt(faces.ImageSize, Rgb.Parse(faces.Background), faces.Variants),
        DiceBearSpec style => DiceBearArt.Open(style, packages),
        _ => throw new DatasetException($"{spec.GetType().Name} is not a known source of layered icons."),
    };

    /// <exception cref="DatasetException">As for <see cref="Open"/>, or there are fewer combinations than are wanted.</exception>
    public static IconDataset Prepare(LayeredArtSpec spec, InstalledPackages packages)
    {
        var art = Open(spec, packages);
        if (Shortage(spec, art) is { } problem) throw new DatasetException(problem);
        return IconDataset.Pack(spec, Pool(spec, art), art.Consent);
    }

    /// <summary>What <see cref="Prepare"/> would find.</summary>
    /// <exception cref="DatasetException">As for <see cref="Open"/>.</exception>
    public static DatasetReport Check(LayeredArtSpec spec, InstalledPackages packages)
    {
        var art = Open(spec, packages);
        var shortage = Shortage(spec, art);
        var icons = shortage is null ? Pool(spec, art) : [];
        var heldOut = Math.Min(icons.Count, spec.HeldOutOf(icons.Count));
        return new()
        {
            Icons = icons.Count - heldOut,
            HeldOut = heldOut,
            Problems = shortage is null ? [] : [shortage],
            Duplicates = [.. Duplicates.Groups(icons)],
            Consent = art.Consent,
        };
    }

    /// <summary>Icons in the spec's order, training and held-out ones alike, then the rest of the product.</summary>
    public static IEnumerable<LayeredIcon> Icons(LayeredArtSpec spec, LayeredArt art)
    {
        var product = art.Product;
        var random = new SplitMix64(spec.Seed, CombinationStream);
        // Fisher and Yates' shuffle of the whole product, in which only the places that were exchanged are kept.
        var moved = new Dictionary<long, long>();
        for (var i = 0L; i < product; i++)
        {
            var other = i + random.Below(product - i);
            var combination = art.Number(moved.GetValueOrDefault(other, other));
            moved[other] = moved.GetValueOrDefault(i, i);
            if (art.Allows(combination)) yield return new(art, combination, art.DrawLayout(new(spec.Seed, LayoutStream, i)));
        }
    }

    private static List<NamedIcon> Pool(LayeredArtSpec spec, LayeredArt art)
    {
        var pool = (spec with { Count = spec.Count ?? DefaultCount }).PoolOf((int)Math.Min(art.Combinations, int.MaxValue));
        return [.. Icons(spec, art).Take(pool).AsParallel().AsOrdered().Select(icon => new NamedIcon(icon.Name, icon.Icon) { Tags = art.TagsOf(icon.Combination) })];
    }

    private static string? Shortage(LayeredArtSpec spec, LayeredArt art)
    {
        var wanted = (long)(spec.Count ?? 2) + (spec.HeldOut ?? 0);
        return art.Combinations < wanted
            ? $"{art.Layers.Count} layers of {spec.Variants} variants have {art.Combinations} combinations; {wanted} are wanted."
            : null;
    }
}
