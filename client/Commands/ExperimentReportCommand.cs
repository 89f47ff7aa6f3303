using System.CommandLine;
using System.CommandLine.Help;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Cluster;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon report EXPERIMENT</c>: the silo's report, brought here. Reports of runs and folders on this machine are the silo's executable's.</summary>
internal static class ExperimentReportCommand
{
    public const string Description =
        """
        Makes the report on whether icons copy, for an experiment, for runs, or for two folders. Generated icons are compared
        with the icons that they were made from by every distance and test of the novelty report, beside controls whose answer
        is known: the training icons themselves, shifted, mirrored, on another background, icons that were held out, and
        noise. One page to look at, and the figures as JSON, CSV, Markdown and LaTeX. An experiment's report is made by the
        silo, wherever its runs were made, and brought here; what it lacks is named on standard error.

        Examples:
          icon report quickstart --url https://desktop:5480#3f9c…    a whole experiment, from another machine
          icon report 3f9c2a                                  one run
          icon report 3f9c2a 77ab01 --output report           several on one page
          icon report --training my-icons --generated samples --held-out others --open
        """;

    public static readonly Argument<string[]> What = new("what") { Description = "An experiment, which the silo reports on; or scored runs here: ids, or the first digits of them.", Arity = ArgumentArity.ZeroOrMore };
    public static readonly Option<string?> Output = new("--output")
    {
        Description = "Folder for report.html, .json, .csv, .md and .tex (default: the results folder of a single run, else 'report').",
        HelpName = "DIR",
    };

    public static readonly Option<bool> Open = new("--open") { Description = "Open the page afterwards." };

    public static Command Create()
    {
        var command = new ForeignCommand("report", Description)
        {
            Takes = parsed => parsed.Action is HelpAction ? SiloProgram.IsHere : Experiment(parsed) is null || parsed.UnmatchedTokens.Count > 0,
        };
        command.Arguments.Add(What);
        command.Options.Add(Output);
        command.Options.Add(Open);
        return ClusterContext.Complete(command, (context, parsed, cancellation) => ActAsync(context, parsed, Experiment(parsed)!, cancellation));
    }

    /// <summary>The experiment that is meant; null: what lies on this machine. Run ids are hexadecimal digits; an experiment's id ends with a dash and such.</summary>
    public static string? Experiment(ParseResult parsed) =>
        parsed.GetValue(What) is [var experiment] && !experiment.All(char.IsAsciiHexDigitLower) ? experiment : null;

    public static async Task<int> ActAsync(ClusterContext context, ParseResult parsed, string typed, CancellationToken cancellation)
    {
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
        context.Terminal.Result(new { Page = page, summary.Files, summary.Missing }, () => [Speech.Text($"report    {page}  (also {string.Join(", ", summary.Files.Skip(1))})")]);
        OpenPage(context.Terminal, parsed, page);
        return ExitCode.Success;
    }

    /// <summary>Opens the page of a report where that was asked for.</summary>
    public static void OpenPage(Terminal terminal, ParseResult parsed, string page)
    {
        if (parsed.GetValue(Open) && !Desktop.TryOpen(page))
            terminal.Say("icon: this machine has no program that opens a page.");
    }
}
