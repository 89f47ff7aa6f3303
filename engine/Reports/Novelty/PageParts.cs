using System.Net;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>What the sections of one page share: the sets, and the icons shown so far.</summary>
internal sealed class PageParts(IReadOnlyList<ReportedSet> sets)
{
    private readonly string[] _labels = ReportedSet.Labels(sets);

    public IReadOnlyList<ReportedSet> Sets => sets;

    public TileSheets Tiles { get; } = new();

    /// <summary>Icons in a row of the gallery: fewer of each run where there are many.</summary>
    public int RowLength => sets.Count <= 6 ? 12 : 6;

    public int MostCopies => sets.Count == 1 ? 48 : sets.Count <= 6 ? 24 : 6;

    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Names a set's section within the page.</summary>
    public string Id(ReportedSet set) => $"set{Index(set)}";

    /// <summary>The model, with what tells it from others of the page, or what the report calls the set.</summary>
    public string Label(ReportedSet set) => _labels[Index(set)];

    /// <summary>What the set is called, its seed and training icons with it where runs differ in them.</summary>
    public string Name(ReportedSet set)
    {
        var label = Label(set);
        var name = label;
        if (sets.Select(each => each.Novelty.TrainingCount).Distinct().Count() > 1) name += $", {set.DistinctTraining} icons";
        if (set.Repeat is { } repeat) name += $", {repeat.Icons} of them ×{repeat.Times}";
        if (set.Run is { } run && sets.Zip(_labels).Any(each => each.First.Run is { } other && each.Second == label && other.Spec.Seed != run.Spec.Seed)) name += $", seed {run.Spec.Seed}";
        return name;
    }

    public string GeneratedTile(ReportedSet set, int icon, string description, string css = "") =>
        Tiles.Tile($"generated {Index(set)}", icon, set.Generated, description, css);

    public string TrainingTile(ReportedSet set, int icon, string description, bool mirrored = false, string css = "") =>
        Tiles.Tile(TrainingSheet(set), icon, set.Training.Pixels.ToImage, description, mirrored ? $"{css} mirrored".TrimStart() : css);

    /// <summary>The generated icon's difference to a training icon, that one moved as the match says.</summary>
    public string DifferenceTile(ReportedSet set, int icon, NearestIcon nearest)
    {
        double size = set.Novelty.ImageSize;
        return Tiles.Difference(
            ($"generated {Index(set)}", icon, set.Generated), (TrainingSheet(set), nearest.Index, set.Training.Pixels.ToImage),
            $"difference of icon {icon} and training icon {nearest.Name}", nearest.Mirrored, nearest.ShiftX / size, nearest.ShiftY / size);
    }

    // Runs on one training set share its pictures.
    private string TrainingSheet(ReportedSet set) => $"training {set.Run?.DatasetFingerprint ?? $"of {Index(set)}"}";

    private int Index(ReportedSet set)
    {
        for (var i = 0; i < sets.Count; i++)
            if (ReferenceEquals(sets[i], set)) return i;
        throw new ArgumentException($"'{set.Label}' is not on this page.", nameof(set));
    }
}
