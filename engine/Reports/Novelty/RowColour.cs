using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Which colour class a row has throughout the page.</summary>
internal static class RowColour
{
    public const string Training = "c-training";

    public static string Of(NoveltyRow row) => Of(row.Kind);

    public static string Of(SetKind kind) => kind switch
    {
        SetKind.Generated => "c-generated",
        SetKind.HeldOut => "c-heldout",
        SetKind.Noise => "c-noise",
        _ => "c-copy",
    };
}
