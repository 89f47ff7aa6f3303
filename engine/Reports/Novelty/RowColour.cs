using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Which colour class a row has throughout the page.</summary>
internal static class RowColour
{
    public const string Training = "c-training";

    public static string Of(NoveltyRow row) => !row.IsControl ? "c-generated"
        : row.Name.Contains("held", StringComparison.OrdinalIgnoreCase) ? "c-heldout"
        : row.Name.Contains("noise", StringComparison.OrdinalIgnoreCase) ? "c-noise"
        : "c-copy";
}
