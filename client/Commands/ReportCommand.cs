using System.CommandLine;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Novelty;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon report</c>: whether runs, or the images of a folder, copy what they were made from.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string[]> Runs = new("what") { Description = "An experiment, which the silo reports on; or scored runs here: ids, or the first digits of them.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> Training = new("--training") { Description = "Instead of runs: folder of the training images, or a built-in data set.", HelpName = "DIR" };
    private static readonly Option<string?> Generated = new("--generated") { Description = "Folder of the generated images.", HelpName = "DIR" };
    private static readonly Option<string?> HeldOut = new("--held-out") { Description = "Folder of images of the same kind that were not trained on; without it C_T is missing.", HelpName = "DIR" };
    private static readonly Option<string?> Descriptor = new("--descriptor")
    {
        Description = "A copy-detection network as TorchScript, such as SSCD's sscd_disc_mixup.torchscript.pt, for a space of its own.",
        HelpName = "FILE",
    };

    private static readonly ImageSetOptions Sets = new();
    private static readonly Option<string?> Output = new("--output")
    {
        Description = "Folder for report.html, .json, .csv, .md and .tex (default: the results folder of a single run, else 'report').",
        HelpName = "DIR",
    };

    private static readonly Option<bool> Open = new("--open") { Description = "Open the page afterwards." };

    public static Command Create()
    {
        var command = new Command("report",
            """
            Does it copy? Compares generated icons with the icons they were made from by every distance and test of the novelty
            report, beside controls whose answer is known: the training icons themselves, shifted, mirrored, on another
            background, icons that were held out, and noise. Writes one page to look at, and the figures as JSON, CSV, Markdown
            and LaTeX. Of an experiment, the silo makes the report, wherever its runs were made, and this brings it here; what it
            lacks is named on standard error.

            Examples:
              icon report quickstart --url http://desktop:5480    a whole experiment, from another machine
              icon report 3f9c2a                                  one run
              icon report 3f9c2a 77ab01 --output report           several on one page
              icon report --training my-icons --generated samples --held-out others --open
            """)
        { Runs, Training, Generated, HeldOut, Descriptor, CommandLine.EmojiFontOption, Output, Open };
        Sets.AddTo(command);
        return ClusterContext.Complete(command, (cluster, parsed, cancellation) => parsed.GetValue(Runs) is [var experiment] && !experiment.All(char.IsAsciiHexDigitLower)
            ? OfExperimentAsync(cluster, parsed, experiment, cancellation)
            : ActAsync(parsed, cancellation));
    }

    // Run ids are hexadecimal digits; an experiment's id ends with a dash and such.
    private static async Task<int> OfExperimentAsync(ClusterContext context, ParseResult parsed, string typed, CancellationToken cancellation)
    {
        if (parsed.GetValue(Training) is not null || parsed.GetValue(Generated) is not null)
            throw new UsageException("An experiment and folders came; wanted one or the other.");
        var id = (await context.FindAsync(typed, cancellation)).Id;
        await context.Silo.AskForReportAsync(id, cancellation);
        var report = await context.Silo.WaitForReportAsync(id, context.Terminal.Say, cancellation);
        if (report is not { State: ReportState.Done, Summary: { } summary })
            throw new SiloException($"The report of {id} could not be made: {report?.Error}", ExitCode.Failed);
        var folder = Path.GetFullPath(parsed.GetValue(Output) ?? "report");
        foreach (var file in summary.Files)
            await context.Silo.GetReportFileAsync(id, file, folder, cancellation);
        foreach (var sentence in summary.Missing)
            context.Terminal.Warn($"missing: {sentence}");
        var page = Path.Combine(folder, summary.Files[0]);
        context.Terminal.Result(new { Page = page, summary.Files, summary.Missing }, () => [new Text($"report    {page}  (also {string.Join(", ", summary.Files.Skip(1))})")]);
        OpenPage(context.Terminal, parsed, page);
        return ExitCode.Success;
    }

    private static void OpenPage(Terminal terminal, ParseResult parsed, string page)
    {
        if (parsed.GetValue(Open) && !Desktop.TryOpen(page))
            terminal.Say("icon: this machine has no program that opens a page.");
    }

    private static async Task<int> ActAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var context = new CommandContext(parsed);
        LibTorch.Configure();
        var (folder, title, sets) = (parsed.GetValue(Runs)!, parsed.GetValue(Training), parsed.GetValue(Generated)) switch
        {
            ({ Length: > 0 } runs, null, null) => await OfRunsAsync(context, parsed, runs, cancellation),
            ([], { } training, { } generated) => await OfFoldersAsync(context, parsed, training, generated, cancellation),
            ([], _, _) => throw new UsageException("Nothing to report on; wanted an experiment, runs, or --training and --generated."),
            _ => throw new UsageException("Runs and folders came; wanted runs, or --training and --generated."),
        };
        folder = Path.GetFullPath(parsed.GetValue(Output) ?? folder);
        NoveltyFiles.Write(folder, title, sets);

        var page = Path.Combine(folder, NoveltyReport.PageFile);
        context.Terminal.Result(
            new { Page = page, Sets = sets.Select(set => new { set.Label, set.Run?.RunId, set.Novelty.Verdict, set.Novelty.Notes }) },
            () => sets.SelectMany(Lines).Append($"report    {page}  (also report.json, .csv, .md and .tex)").Select(line => new Text(line)));
        OpenPage(context.Terminal, parsed, page);
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

    private static IEnumerable<string> Lines(ReportedSet set) =>
        [set.Label, $"  {set.Novelty.Verdict.Sentence}", .. set.Novelty.Verdict.Checks.Select(check => $"  {check}"), .. set.Novelty.Notes.Select(note => $"  note: {note}")];
}
