using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// Makes an experiment's report in its folder: tables, figure, and the page on whether its runs copy. Runs may have been made anywhere: what is
/// not here is fetched, and what cannot be had is named on the page. A report of the same results that is there is only read.
/// </summary>
public static class ReportStage
{
    /// <summary>Runs in the figure and on the page; of a larger experiment they show the first ones.</summary>
    public const int MostRuns = 24;

    private const string SummaryFile = "report-summary.json";

    /// <inheritdoc cref="TrainingStage.Run"/>
    public static ReportSummary Run(ReportWork work, WorkContext context, CancellationToken cancellation)
    {
        var (data, results, start) = (context.Data, work.Name, context.Time.GetTimestamp());
        var folder = data.Experiment(work.Experiment);
        if (Read(data, work.Experiment) is { IsWhole: true } made && made.Results == results && made.Files.All(file => File.Exists(Path.Combine(folder, file))))
            return made;
        context.Fence?.Enter(takeOver: true);
        var report = new PartialReport(work, context, cancellation);
        Report(0);

        // What can be shown.
        RunResult[] shown = [.. work.Results.Take(MostRuns).Where(report.IsHere)];
        var figure = report.Figure(shown);
        Report(1);
        var (page, sets) = report.Page(shown, figure);
        Report(2);

        // Everything else before the summary, which makes it count.
        context.Fence?.Verify();
        if (work.Results.Count > 0) ExperimentTable.Write(data, work.Experiment, work.Results);
        if (figure is not null) ImageFile.SavePng(Path.Combine(folder, ExperimentTable.FigureFile), figure);
        var tables = sets.Count > 0 ? NoveltyFiles.WriteTables(folder, sets) : [];
        AtomicFile.WriteAllText(Path.Combine(folder, NoveltyReport.PageFile), page);
        var summary = new ReportSummary
        {
            Results = results,
            Files =
            [
                NoveltyReport.PageFile,
                .. work.Results.Count > 0 ? ExperimentTable.Files : [],
                .. figure is null ? [] : (string[])[ExperimentTable.FigureFile],
                .. tables,
            ],
            Missing = [.. report.Missing],
            IsWhole = report.IsWhole,
        };
        context.Fence?.Verify();
        AtomicFile.WriteAllText(Path.Combine(folder, SummaryFile), JsonSerializer.Serialize(summary, SpecJson.Indented) + "\n");
        Report(3);
        return summary;

        void Report(int done) => context.Report(new() { Done = done, Total = 3, Worked = context.Time.GetElapsedTime(start) });
    }

    /// <summary>What the report in an experiment's folder holds; null: none was made there to its end.</summary>
    public static ReportSummary? Read(DataFolder data, string experiment)
    {
        try
        {
            return JsonSerializer.Deserialize<ReportSummary>(File.ReadAllText(Path.Combine(data.Experiment(experiment), SummaryFile)), SpecJson.Indented);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Files that it reads in any case; the icons that it shows are fetched as it comes to them.</summary>
    public static IEnumerable<string> Needs(ReportWork work, DataFolder data)
    {
        var shown = work.Results.Take(MostRuns).ToList();
        var store = new DatasetStore(data.Datasets);
        return
        [
            .. shown.Select(result => result.DatasetFingerprint).Distinct().Select(store.PathOf),
            .. from result in shown
               let folder = new RunFolder(data.Run(result.RunId))
               from file in (string[])
               [
                   folder.WindowFile,
                   .. ((string[])[RunReport.BestIconsFile, NoveltyReport.FileName, RunReport.PartsFile, EnlargedReport.PictureFile, EnlargedReport.FileName, RunReport.ResultFile]).Select(name => Path.Combine(folder.Result(result.Spec), name)),
               ]
               select file,
        ];
    }

    /// <summary>Files that it has written, the summary last.</summary>
    public static IEnumerable<string> Leaves(ReportWork work, DataFolder data) =>
        (Read(data, work.Experiment)?.Files ?? []).Append(SummaryFile).Select(file => Path.Combine(data.Experiment(work.Experiment), file));

    /// <summary>A report while it is made: what is found of each run, and what is not.</summary>
    private sealed class PartialReport(ReportWork work, WorkContext context, CancellationToken cancellation)
    {
        private const string OutOfReach = "on no silo that this one can reach";
        private readonly DatasetStore _store = new(context.Data.Datasets);
        private readonly Dictionary<string, IconDataset> _datasets = [];
        private readonly Dictionary<string, string> _missing = []; // by the folder of results, of which a run has several where its icons are drawn or scored in several ways
        private readonly Dictionary<RunSpec, string> _labels = RunLabels.Of(work.Results.Select(result => result.Spec));

        /// <summary>One sentence for each run that is not shown or not in full.</summary>
        public IEnumerable<string> Missing =>
        [
            .. work.Missing,
            .. work.Results.Select(result => _missing.GetValueOrDefault(Results(result))).OfType<string>().Distinct(),
            .. work.Results.Count <= MostRuns ? [] : (string[])[$"The figure and the page show the first {MostRuns} of {work.Results.Count} runs, the tables all."],
        ];

        /// <summary>Whether every file was there.</summary>
        public bool IsWhole { get; private set; } = true;

        /// <summary>Whether a run's results and training icons are here; if not, it is said.</summary>
        public bool IsHere(RunResult result)
        {
            if (!File.Exists(Path.Combine(Results(result), RunReport.ResultFile)))
                return Miss(result, $"its results are {OutOfReach}.");
            if (!_store.Contains(result.DatasetFingerprint))
                return Miss(result, $"its training icons are {OutOfReach}.");
            if (!_datasets.ContainsKey(result.DatasetFingerprint))
                _datasets.Add(result.DatasetFingerprint, _store.Load(result.DatasetFingerprint));
            return true;
        }

        /// <summary>The figure; null: no run has a row in it.</summary>
        public Image? Figure(IEnumerable<RunResult> runs) => runs.Select(Row).OfType<Figure2Row>().ToArray() is { Length: > 0 } rows ? Figure2.Compose(rows) : null;

        /// <summary>The page, and the sets on it.</summary>
        public (string Page, IReadOnlyList<ReportedSet> Sets) Page(IEnumerable<RunResult> runs, Image? figure)
        {
            var title = RunIdentity.ExperimentName(work.Experiment) + (work.Results.Count > MostRuns ? $", the first {MostRuns} of {work.Results.Count} runs" : "");
            List<ReportedSet> sets = [.. runs.Select(Set).OfType<ReportedSet>()];
            while (true)
            {
                try
                {
                    return (NoveltyPage.Compose(title, sets, new(work.Results, [.. Missing], figure)), sets);
                }
                catch (MissingIconException missing)
                {
                    sets.RemoveAll(set => Results(set.Run!) == missing.Results);
                }
            }
        }

        private Figure2Row? Row(RunResult result)
        {
            if (Read(result, RunReport.ReadBest) is not { } best)
                return null;
            return best.Icons.All(icon => Has(result, icon.Icon))
                ? new(_labels[result.Spec], result.Scores.Features, best, i => Icon(result, i), _datasets[result.DatasetFingerprint].Training.Pixels.ToImage)
                : null;
        }

        private ReportedSet? Set(RunResult result)
        {
            if (Read(result, NoveltyReport.Read) is not { } novelty)
            {
                if (result.Spec.Evaluation.Figures == EvaluationFigures.All)
                    Miss(result, $"it has no novelty report yet; 'icon report {result.RunId}' makes one where the run is.");
                else
                    _missing.TryAdd(Results(result), Sentence(result, "it was scored with the preprint's figures alone, so nothing says whether it copies."));
                return null;
            }
            var training = _datasets[result.DatasetFingerprint].Training;
            return new(novelty, result, Read(result, RunReport.ReadParts), training, i => Icon(result, i)) { Looks = Read(result, _ => TrainingWatch.Read(Folder(result))) ?? [], Enlarged = Read(result, ReportedEnlargement.Read) };
        }

        // Null, which is said, where a file is of another version.
        private T? Read<T>(RunResult result, Func<string, T?> read)
            where T : class
        {
            try
            {
                return read(Results(result));
            }
            catch (JsonException exception)
            {
                Miss(result, $"its files cannot be read: {exception.Message}");
                return null;
            }
        }

        private Image Icon(RunResult result, int icon)
        {
            cancellation.ThrowIfCancellationRequested();
            return Has(result, icon) ? ImageFile.Load(IconFile(result, icon), Rgb.White) : throw new MissingIconException(Results(result));
        }

        private bool Has(RunResult result, int icon)
        {
            var path = IconFile(result, icon);
            if (!File.Exists(path))
                context.Fetch(path);
            return File.Exists(path) || Miss(result, $"its icons are {OutOfReach}.");
        }

        private bool Miss(RunResult result, string why)
        {
            IsWhole = false;
            _missing.TryAdd(Results(result), Sentence(result, why));
            return false;
        }

        private string Sentence(RunResult result, string why) => $"{_labels[result.Spec]}, seed {result.Spec.Seed}, run {result.RunId}: {why}";

        private RunFolder Folder(RunResult result) => new(context.Data.Run(result.RunId));

        private string Results(RunResult result) => Folder(result).Result(result.Spec);

        private string IconFile(RunResult result, int icon) => Folder(result).SampleFile(result.Spec.Sampling.Sampler, icon);
    }

    private sealed class MissingIconException(string results) : Exception
    {
        public string Results => results;
    }
}
