using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>Which variant a face has of each part.</summary>
/// <param name="Variants">For each <see cref="FaceLayer"/>, from 0.</param>
public sealed record FaceCombination(EquatableList<int> Variants)
{
    /// <summary>The variants' names from the bottom layer up, such as <c>sky-round-tee-wide-button-laugh-bob-none</c>.</summary>
    public string Name => string.Join('-', Variants.Select((variant, layer) => FaceParts.Variant((FaceLayer)layer, variant).Name));

    public int this[FaceLayer layer] => Variants[(int)layer];

    /// <summary>The names of a layer's variants, in order.</summary>
    public static IReadOnlyList<string> VariantNames(FaceLayer layer) =>
        [.. Enumerable.Range(0, FaceParts.VariantCount(layer)).Select(variant => FaceParts.Variant(layer, variant).Name)];

    /// <summary>Reads a <see cref="Name"/>; what follows a space, such as the number of a repetition, is left out.</summary>
    /// <exception cref="DatasetException">It is not the name of a layered face.</exception>
    public static FaceCombination Parse(string name)
    {
        var words = name.Split(' ')[0].Split('-');
        if (words.Length == FaceParts.LayerCount)
        {
            int[] variants = [.. words.Select((word, layer) => VariantNames((FaceLayer)layer).ToList().IndexOf(word))];
            if (!variants.Contains(-1)) return new([.. variants]);
        }
        throw new DatasetException($"'{name}' is not a layered face; wanted one variant of each of the {FaceParts.LayerCount} layers, such as 'sky-round-tee-wide-button-laugh-bob-none'.");
    }

    // The combination of this number in the product of the first variants of each layer.
    internal static FaceCombination Number(int number, int variants)
    {
        var chosen = new int[FaceParts.LayerCount];
        for (var layer = 0; layer < chosen.Length; layer++)
            (number, chosen[layer]) = Math.DivRem(number, variants);
        return new([.. chosen]);
    }
}
