using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Comparisons;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon compare</c>: sets of images against one another, as in the preprint's Table 1.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("first") { Description = $"Plays the training set: {DatasetName.Help}." };
        var others = new Argument<string[]>("others") { Description = "Each plays the generated set in turn.", Arity = ArgumentArity.OneOrMore };
        var count = new Option<int?>("--count") { Description = "Use the first N icons of each set (default: all).", HelpName = "N" };
        var sets = new ImageSetOptions();
        var install = Install();
        var format = new Option<TableFormat?>("--format") { Description = "Write the table alone to standard output, as markdown, csv, latex, html or json.", HelpName = "FORMAT" };
        var output = new Option<string?>("--output") { Description = "Write each pair's novelty report, comparison.json, contact-sheet.png and gallery.png there.", HelpName = "DIR" };
        var command = new Command("compare",
            """
            Compares sets of images by FID, nearest-neighbour MAE, NWI and the figures of the novelty report. The nearest icon is
            one of the first set. Sets may differ in number; images of another size are resized, and the table says so.

            Examples:
              icon compare set1 set2 set3
              icon compare noto-faces-early noto-faces-new openmoji-faces-new twemoji-faces-new --install
              icon compare my-icons generated --skip-unreadable --format latex > table.tex
            """)
        { first, others, count, install, CommandContext.EmojiFontOption, format, output };
        sets.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var request = sets.Request(parsed, DatasetName.Read(parsed.GetValue(first)!), parsed.GetValue(others)!.Select(DatasetName.Read)) with
            {
                Count = parsed.GetValue(count),
            };
            await PackageInstaller.EnsureAsync(context, request.Packages, parsed.GetValue(install), cancellationToken);
            var compared = await RunAsync(context, request, cancellationToken);
            if (parsed.GetValue(output) is { } folder)
                foreach (var (i, each) in compared.Index())
                    each.Write(compared.Count == 1 ? folder : Path.Combine(folder, $"pair-{i + 1}"));
            SetComparison[] results = [.. compared.Select(each => each.Result)];
            if (parsed.GetValue(format) is { } wanted)
                await Console.Out.WriteAsync(new ComparisonTable(results, besidePreprint: false).Write(wanted));
            else
                context.Terminal.Result(results, () => ComparisonView.Render(results, besidePreprint: false, []));
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Runs a request with its progress on the terminal.</summary>
    public static async Task<IReadOnlyList<ComparedIcons>> RunAsync(CommandContext context, ComparisonRequest request, CancellationToken cancellation)
    {
        var device = context.OpenDevice();
        IReadOnlyList<ComparedIcons> compared = [];
        await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
            compared = request.Run(context.Data, device, (what, done, total) => display.Report(what, what, done, total), cancellation, display.Warn), cancellation));
        return compared;
    }

    public static Option<bool> Install() => new("--install") { Description = "Fetch packages of drawings that are needed and not there, with npm." };
}
