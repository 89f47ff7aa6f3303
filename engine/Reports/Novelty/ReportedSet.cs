using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>One set of generated icons with everything that its report shows.</summary>
/// <param name="Run">Null: the icons are of no run, such as a folder.</param>
/// <param name="Parts">What the icons are made of; null: the training icons' parts are unknown.</param>
/// <param name="Generated">Pixels of a generated icon by its number.</param>
public sealed record ReportedSet(
    NoveltyReport Novelty, RunResult? Run, RecombinationReport? Parts, IconSet Training, Func<int, Image> Generated)
{
    /// <summary>What its figures are worth, measured with its network; null: nobody has.</summary>
    public CalibrationResult? Calibration { get; init; }

    /// <summary>The looks at the network while it was trained, in the order of their steps; empty: nobody looked, or the icons are of no run.</summary>
    public IReadOnlyList<WindowPoint> Looks { get; init; } = [];

    /// <summary>How well it enlarges held-out icons; null: it is no stage that enlarges, or nobody has measured it.</summary>
    public ReportedEnlargement? Enlarged { get; init; }

    /// <summary>The model, or what the report calls the set.</summary>
    public string Label => Run?.Spec.Label ?? Novelty.Title;

    /// <summary><see cref="Label"/> of each of several, with what tells them apart besides their seeds and training icons, which are said beside it.</summary>
    public static string[] Labels(IReadOnlyList<ReportedSet> sets)
    {
        var dataset = sets.FirstOrDefault(set => set.Run is not null)?.Run!.Spec.Dataset;
        var labels = RunLabels.Of(sets.Select(OnOneDataset).OfType<RunSpec>());
        return [.. sets.Select(set => OnOneDataset(set) is { } spec ? labels[spec] : set.Label)];

        RunSpec? OnOneDataset(ReportedSet set) => set.Run is { } run ? run.Spec with { Dataset = dataset! } : null;
    }

    /// <summary>Training icons, those that a run repeats counted once.</summary>
    internal int DistinctTraining => Novelty.TrainingCount - (Repeat is { } repeat ? repeat.Icons * (repeat.Times - 1) : 0);

    /// <summary>Null: no training icon is repeated on purpose.</summary>
    internal RepeatSpec? Repeat => Run?.Spec.Dataset.Repeat;

    internal NoveltyRow GeneratedRow => Novelty.Rows.First(row => !row.IsControl);

    internal Figure? Figure(string key) => GeneratedRow.Figures.FirstOrDefault(figure => figure.Key == key);
}
