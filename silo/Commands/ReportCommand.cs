using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Commands;
using IconDiffusion.Client.Output;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Novelty;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon report</c>: whether runs here, or the images of a folder, copy what they were made from; of an experiment, the silo tells.</summary>
internal static class ReportCommand
{
    private static readonly Option<string?> Training = new("--training") { Description = "Instead of runs: folder of the training images, or a built-in data set.", HelpName = "DIR" };
    private static readonly Option<string?> Generated = new("--generated") { Description = "Folder of the generated images.", HelpName = "DIR" };
    private static readonly Option<string?> HeldOut = new("--held-out") { Description = "Folder of images of the same kind that were not trained on; without it C_T is missing.", HelpName = "DIR" };
    private static readonly Option<string?> Descriptor = new("--descriptor")
    {
        Description = "A copy-detection network as TorchScript, such as SSCD's sscd_disc_mixup.torchscript.pt, for a space of its own.",
        HelpName = "FILE",
    };

    private static readonly ImageSetOptions Sets = new();

    public static Command Create()
    {
        var command = new Command("report", ExperimentReportCommand.Description)
        {
            ExperimentReportCommand.What, Training, Generated, HeldOut, Descriptor, CommandContext.EmojiFontOption, ExperimentReportCommand.Output, ExperimentReportCommand.Open,
        };
        Sets.AddTo(command);
        return ClusterContext.Complete(command, (cluster, parsed, cancellation) => (ExperimentReportCommand.Experiment(parsed), parsed.GetValue(Training) ?? parsed.GetValue(Generated)) switch
        {
            ({ } experiment, null) => ExperimentReportCommand.ActAsync(cluster, parsed, experiment, cancellation),
            ({ }, { }) => throw new UsageException("An experiment and folders came; wanted one or the other."),
            _ => ActAsync(parsed, cancellation),
        });
    }

    private static async Task<int> ActAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var context = new CommandContext(parsed);
        LibTorch.Configure();
        var (folder, title, sets) = (parsed.GetValue(ExperimentReportCommand.What)!, parsed.GetValue(Training), parsed.GetValue(Generated)) switch
        {
            ({ Length: > 0 } runs, null, null) => await OfRunsAsync(context, parsed, runs, cancellation),
            ([], { } training, { } generated) => await OfFoldersAsync(context, parsed, training, generated, cancellation),
            ([], _, _) => throw new UsageException("Nothing to report on; wanted an experiment, runs, or --training and --generated."),
            _ => throw new UsageException("Runs and folders came; wanted runs, or --training and --generated."),
        };
        folder = Path.GetFullPath(parsed.GetValue(ExperimentReportCommand.Output) ?? folder);
        NoveltyFiles.Write(folder, title, sets);

        var page = Path.Combine(folder, NoveltyReport.PageFile);
        var labelled = ReportedSet.Labels(sets).Zip(sets).ToArray();
        context.Terminal.Result(
            new { Page = page, Sets = labelled.Select(each => new { Label = each.First, each.Second.Run?.RunId, each.Second.Novelty.Verdict, each.Second.Novelty.Notes }) },
            () => labelled.SelectMany(each => Lines(each.First, each.Second)).Append($"report    {page}  (also report.json, .csv, .md and .tex)").Select(line => Speech.Text(line)));
        ExperimentReportCommand.OpenPage(context.Terminal, parsed, page);
        return ExitCode.Success;
    }

    private static async Task<(string Folder, string Title, IReadOnlyList<ReportedSet> Sets)> OfRunsAsync(
        CommandContext context, ParseResult parsed, string[] prefixes, CancellationToken cancellation)
    {
        var runs = prefixes.Select(prefix => TrainedRun.Find(context.Data, prefix)).DistinctBy(run => run.Id).ToArray();
        RunResult[] results =
        [
            .. runs.Select(run => File.Exists(Path.Combine(run.ResultFolder, RunReport.ResultFile))
                ? RunReport.ReadResult(run.ResultFolder)
                : throw new ExperimentException($"The run {run.Id} is not scored yet; 'icon run' with its experiment file goes on.")),
        ];
        var device = context.OpenDevice();
        await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
        {
            using var bench = new Workbench(device);
            var novelty = new RunNovelty(context.Data, bench, display.Say) { Descriptor = parsed.GetValue(Descriptor) };
            foreach (var result in results)
                novelty.Ensure(result, (stage, done, total) => display.Report($"{result.RunId} {stage}", $"{result.Spec.Model.Label}: {stage}", done, total), cancellation);
        }, cancellation));
        return (runs is [var only] ? only.ResultFolder : "report", string.Join(", ", runs.Select(run => run.Spec.Model.Label).Distinct()), RunNovelty.Read(context.Data, results));
    }

    private static async Task<(string Folder, string Title, IReadOnlyList<ReportedSet> Sets)> OfFoldersAsync(
        CommandContext context, ParseResult parsed, string training, string generated, CancellationToken cancellation)
    {
        var compared = await CompareCommand.RunAsync(context, Sets.Request(parsed, DatasetName.Read(training), DatasetName.Read(generated)) with
        {
            HeldOut = parsed.GetValue(HeldOut) is { } heldOut ? DatasetName.Read(heldOut) : null,
            Descriptor = parsed.GetValue(Descriptor),
        }, cancellation);
        return ("report", compared[0].Result.Name, [compared[0].Reported!]);
    }

    private static IEnumerable<string> Lines(string label, ReportedSet set) =>
        [label, $"  {set.Novelty.Verdict.Sentence}", .. set.Novelty.Verdict.Checks.Select(check => $"  {check}"), .. set.Novelty.Notes.Select(note => $"  note: {note}")];
}
