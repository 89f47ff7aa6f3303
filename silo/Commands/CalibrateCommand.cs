using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Comparisons;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon calibrate</c>: what the figures are worth, measured on real icons.</summary>
internal static class CalibrateCommand
{
    public static Command Create()
    {
        var training = new Option<string>("--training") { Description = $"The real icons: {DatasetName.Help}.", HelpName = "SET", DefaultValueFactory = _ => "noto-faces" };
        var other = new Option<string?>("--other") { Description = "Icons by another artist, mixed in (default: none).", HelpName = "SET" };
        var repeats = new Option<int>("--repeats") { Description = "Sets drawn for each strength.", HelpName = "N", DefaultValueFactory = _ => new CalibrationSettings().Repeats };
        var seed = new Option<int>("--seed") { Description = "Starts the draws.", HelpName = "N", DefaultValueFactory = _ => new CalibrationSettings().Seed };
        var sets = new ImageSetOptions();
        var install = CompareCommand.Install();
        var output = new Option<string?>("--output") { Description = "Write calibration.json, .md, .csv and .svg there too.", HelpName = "DIR" };
        var command = new Command("calibrate",
            """
            Measures what the figures are worth. Real icons are blurred, made noisy, partly erased, repeated, replaced by training
            icons or mixed with another artist's, a little and a lot, and every figure is computed of sets of them: how it moves,
            and the smallest disturbance that it tells from none. Reports of runs with the same feature network quote the result
            that this leaves in the data folder. Features are kept, so that another run takes minutes.

            Examples:
              icon calibrate --other openmoji-faces --install
              icon calibrate --training my-icons --size 64 --output calibration
            """)
        { training, other, repeats, seed, install, CommandContext.EmojiFontOption, output };
        sets.AddTo(command);
        repeats.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count and (< 2 or > 1000)) result.AddError($"--repeats is {count}; wanted 2 to 1000.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new CommandContext(parsed);
            var request = sets.Request(
                parsed, DatasetName.Read(parsed.GetValue(training)!), parsed.GetValue(other) is { } name ? [DatasetName.Read(name)] : []);
            await PackageInstaller.EnsureAsync(context, request.Packages, parsed.GetValue(install), cancellation);
            var device = context.OpenDevice();
            CalibrationResult result = null!;
            var folder = "";
            await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
                (result, folder) = new CalibrationRequest(request, new() { Repeats = parsed.GetValue(repeats), Seed = parsed.GetValue(seed) }).Run(
                    context.Data, device, TimeProvider.System, (what, done, total) => display.Report(what, what, done, total), display.Warn, cancellation), cancellation));
            var report = new CalibrationReport(result);
            if (parsed.GetValue(output) is { } wanted) report.Write(wanted);
            context.Terminal.Result(result, () =>
            [
                TableView.Of(report.Header, report.Cells),
                Speech.Text(string.Join('\n', [.. report.Notes.Append(report.Nwi).OfType<string>(), "", $"kept in   {folder}  (calibration.json, .md, .csv and .svg)"])),
            ]);
            return ExitCode.Success;
        });
        return command;
    }
}
