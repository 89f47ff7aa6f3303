using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Comparisons;
using IconDiffusion.Specs.Comparisons;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon run FILE</c> where the file compares data sets: needs no silo, as nothing is trained.</summary>
internal static class ComparisonRun
{
    /// <returns>1 where an expected order was not met.</returns>
    public static async Task<int> RunAsync(CommandContext context, ComparisonExperimentSpec experiment, bool install, CancellationToken cancellation)
    {
        await PackageInstaller.EnsureAsync(context, ComparisonRunner.Packages(experiment), install, cancellation);
        var device = context.OpenDevice();
        ComparisonOutcome outcome = null!;
        await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
            outcome = ComparisonRunner.Run(experiment, context.Data, device, (what, done, total) => display.Report(what, what, done, total), cancellation, display.Warn), cancellation));
        context.Terminal.Result(outcome, () => ComparisonView.Render(
            outcome.Comparisons, outcome.BesidePreprint,
            ["", .. outcome.Checks.Select(check => $"{check.IsMet switch { true => "met", false => "NOT MET", null => "open" },-9} {check.Sentence}"), "", $"tables    {outcome.Folder}"]));
        foreach (var check in outcome.Checks.Where(check => check.IsMet == false))
            context.Terminal.Say($"icon: {check.Sentence}");
        return outcome.Checks.All(check => check.IsMet != false) ? ExitCode.Success : ExitCode.Failed;
    }
}
