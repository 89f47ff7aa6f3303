using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>What an icon is taken for: of each layer a variant and its place; −1: nothing is known of the layer, and nothing is drawn.</summary>
internal sealed class IconEstimate(int[] variants, PartMove[] moves)
{
    /// <summary>Of an icon of which nothing is known.</summary>
    public IconEstimate(LayeredArt art) : this([.. art.Layers.Select(_ => -1)], new PartMove[art.Layers.Count])
    {
    }

    public int[] Variants => variants;

    public PartMove[] Moves => moves;

    public IconEstimate Copy() => new([.. variants], [.. moves]);

    /// <summary>The variants with another one of a layer.</summary>
    public int[] With(int layer, int variant) => [.. variants.Select((each, i) => i == layer ? variant : each)];
}
