using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// Faces drawn by our own code, every part on its own layer: a seeded sample of the product of the parts' variants, each combination
/// once, with a layout of its own. The same icons to the bit on every machine.
/// </summary>
public static class LayeredFaces
{
    /// <summary>Icons to train on where <see cref="DatasetSpec.Count"/> does not say.</summary>
    public const int DefaultCount = 200;

    // Keep the numbers for the combinations and for the layouts apart.
    private const long CombinationStream = 1;
    private const long LayoutStream = 2;

    /// <summary>How many combinations the spec's variants have.</summary>
    public static int Available(LayeredSpec spec) =>
        Enumerable.Repeat(spec.Variants, FaceParts.LayerCount).Aggregate(1, (product, variants) => product * variants);

    /// <exception cref="DatasetException">There are fewer combinations than are wanted.</exception>
    public static IconDataset Prepare(LayeredSpec spec)
    {
        if (Shortage(spec) is { } problem) throw new DatasetException(problem);
        return IconDataset.Pack(spec, Icons(spec));
    }

    /// <summary>What <see cref="Prepare"/> would find.</summary>
    public static DatasetReport Check(LayeredSpec spec)
    {
        var shortage = Shortage(spec);
        var icons = shortage is null ? Icons(spec) : [];
        var heldOut = Math.Min(icons.Count, HeldOutSplit.HeldOut(spec, icons.Count));
        return new()
        {
            Icons = icons.Count - heldOut,
            HeldOut = heldOut,
            Problems = shortage is null ? [] : [shortage],
            Duplicates = [.. Duplicates.Groups(icons)],
        };
    }

    /// <summary>Faces in the spec's order, training and held-out ones alike, then the rest of the product.</summary>
    public static IEnumerable<LayeredFace> Faces(LayeredSpec spec)
    {
        var (parts, background) = (new FaceParts(spec.ImageSize), Rgb.Parse(spec.Background));
        var available = Available(spec);
        var random = new SplitMix64(spec.Seed, CombinationStream);
        // Fisher and Yates' shuffle of the whole product, in which only the places that were exchanged are kept.
        var moved = new Dictionary<int, int>();
        for (var i = 0; i < available; i++)
        {
            var other = i + random.Below(available - i);
            var number = moved.GetValueOrDefault(other, other);
            moved[other] = moved.GetValueOrDefault(i, i);
            yield return new(parts, FaceCombination.Number(number, spec.Variants), FaceLayout.Draw(new(spec.Seed, LayoutStream, i)), background);
        }
    }

    private static List<NamedIcon> Icons(LayeredSpec spec)
    {
        var pool = HeldOutSplit.Pool(spec with { Count = spec.Count ?? DefaultCount }, Available(spec));
        return [.. Faces(spec).Take(pool).Select(face => new NamedIcon(face.Combination.Name, face.Icon))];
    }

    private static string? Shortage(LayeredSpec spec)
    {
        var (available, wanted) = (Available(spec), (long)(spec.Count ?? 2) + (spec.HeldOut ?? 0));
        return available < wanted ? $"{FaceParts.LayerCount} layers of {spec.Variants} variants have {available} combinations; {wanted} are wanted." : null;
    }
}
