using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>What an icon is taken for: of each layer a variant and its place; −1: nothing is known of the layer, and nothing is drawn.</summary>
internal sealed class FaceEstimate
{
    public int[] Variants { get; } = [.. Enum.GetValues<FaceLayer>().Select(_ => -1)];

    public PartMove[] Moves { get; } = new PartMove[Enum.GetValues<FaceLayer>().Length];
}
