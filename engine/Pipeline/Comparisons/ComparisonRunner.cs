using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Comparisons;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Pipeline.Comparisons;

/// <summary>What an experiment of comparisons has come to.</summary>
/// <param name="Id">See <see cref="ComparisonExperimentSpec.Identity"/>.</param>
/// <param name="Folder">Holds the table in every format, the novelty report of all pairs, and a folder for each pair.</param>
public sealed record ComparisonOutcome(
    string Id, string Folder, EquatableList<SetComparison> Comparisons, EquatableList<OrderCheck> Checks, bool BesidePreprint);

/// <summary>Runs an experiment that compares data sets. Features are kept, so a second run takes seconds.</summary>
public static class ComparisonRunner
{
    /// <summary>The packages that the experiment's sets are drawn from.</summary>
    public static IReadOnlyList<PinnedPackage> Packages(ComparisonExperimentSpec experiment) =>
        [.. Sets(experiment).Select(PinnedPackage.Of).OfType<PinnedPackage>().Distinct()];

    /// <summary>Compares every pair, checks the orders and writes the tables into the experiment's folder.</summary>
    /// <param name="progress">What is worked on, how many icons are done, of how many.</param>
    /// <param name="warn">Is told what is left out or changed of each set, a sentence each; null: the results tell it.</param>
    /// <exception cref="DatasetException">A set cannot be used; nothing was written.</exception>
    /// <exception cref="FileNotFoundException">The network's file is asked for and not there.</exception>
    public static ComparisonOutcome Run(
        ComparisonExperimentSpec experiment, DataFolder data, ComputeDevice device, Action<string, int, int> progress, CancellationToken cancellation,
        Action<string>? warn = null)
    {
        experiment = experiment with { Evaluation = data.Settled(experiment.Evaluation) };
        using var extractor = FeatureExtractor.Open(experiment.Evaluation, data.InceptionWeights, device.Device);
        var packages = new InstalledPackages(data.Packages);
        var sets = Sets(experiment).Distinct().ToDictionary(spec => spec, spec => ImageSet.Open(spec, skipUnreadable: false, packages));
        foreach (var warning in sets.Values.SelectMany(set => set.Warnings).Distinct()) warn?.Invoke(warning);
        var calibration = CalibrationFile.Find(data, extractor.Label);
        var comparer = new SetComparer(extractor, new FeatureCache(data.Weights));
        var id = experiment.Identity();
        var folder = data.Experiment(id);
        var results = new List<SetComparison>();
        var reported = new List<ReportedSet>();
        foreach (var (i, pair) in experiment.Comparisons.Index())
        {
            var compared = comparer.Compare(
                pair.Name, sets[pair.First], sets[pair.Second], experiment.Evaluation.Figures,
                (what, done, total) => progress($"{pair.Name}: {what}", done, total), cancellation) with { Calibration = calibration };
            compared.Write(Path.Combine(folder, $"pair-{i + 1}"));
            results.Add(compared.Result);
            if (compared.Reported is { } set) reported.Add(set);
        }

        // Tables, and what was expected of them.
        var outcome = new ComparisonOutcome(
            id, folder, [.. results], [.. experiment.Expected.SelectMany(order => OrderCheck.Of(order, results))], experiment.BesidePreprint);
        var table = new ComparisonTable(outcome.Comparisons, outcome.BesidePreprint);
        foreach (var (format, extension) in new[]
        {
            (TableFormat.Markdown, "md"), (TableFormat.Csv, "csv"), (TableFormat.Latex, "tex"), (TableFormat.Html, "html"),
        })
            AtomicFile.WriteAllText(Path.Combine(folder, $"table.{extension}"), table.Write(format));
        AtomicFile.WriteAllText(Path.Combine(folder, "table.json"), JsonSerializer.Serialize(outcome, SpecJson.Indented) + "\n");
        if (reported.Count > 0)
            NoveltyFiles.Write(folder, experiment.Name, reported);
        return outcome;
    }

    private static IEnumerable<DatasetSpec> Sets(ComparisonExperimentSpec experiment) =>
        experiment.Comparisons.SelectMany(pair => new[] { pair.First, pair.Second });
}
