using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Novelty;

/// <summary>The runs of one model on one training set, seen by one feature network, which differ in their seed alone.</summary>
internal sealed class SeedGroup
{
    private SeedGroup(PageParts page, IReadOnlyList<ReportedSet> sets)
    {
        Sets = sets;
        Id = page.Id(sets[0]);
        Model = page.Label(sets[0]);
        Name = sets.Count == 1 ? page.Name(sets[0]) : page.Name(sets[0]).Split(", seed ")[0];
    }

    public IReadOnlyList<ReportedSet> Sets { get; }

    /// <summary>The section of the first.</summary>
    public string Id { get; }

    public string Name { get; }

    public string Model { get; }

    /// <summary>The network behind the figures of features.</summary>
    public string Features => Sets[0].Novelty.Features;

    /// <summary>Training icons, repetitions not counted.</summary>
    public int Distinct => Sets[0].DistinctTraining;

    /// <summary>Null: every training icon is there once.</summary>
    public RepeatSpec? Repeat => Sets[0].Repeat;

    public static SeedGroup[] Of(PageParts page) =>
    [
        .. page.Sets.GroupBy(set => (Label: page.Label(set), set.Novelty.TrainingCount, set.Run?.Spec.Dataset, set.Novelty.Features, Alone: set.Run is null ? page.Id(set) : ""))
            .Select(group => new SeedGroup(page, [.. group])),
    ];

    /// <summary>Over the seeds whose figure could be computed; null: none.</summary>
    public double? Mean(string key) => Values(key) is { Length: > 0 } values ? values.Average() : null;

    /// <summary>What an error bar spans: the bootstrap interval of one seed, or a standard deviation over several to each side.</summary>
    public (double Low, double High)? Interval(string key) => (Values(key), Deviation(key)) switch
    {
        ({ Length: > 1 } values, { } deviation) => (values.Average() - deviation, values.Average() + deviation),
        _ => Sets[0].Figure(key) is { Low: { } low, High: { } high } ? (low, high) : null,
    };

    public string SpreadText(string key)
    {
        if (Deviation(key) is not { } deviation) return FigureText.Interval(Sets[0].Figure(key));
        return $"± {FigureText.Value(deviation, FigureCatalogue.Find(key)?.Unit ?? "")}";
    }

    private double? Deviation(string key) => SampleDeviation.Of(Values(key));

    private double[] Values(string key) => [.. Sets.Select(set => set.Figure(key)?.Value).OfType<double>()];
}
