using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Commands;
using IconDiffusion.Client.Output;
using IconDiffusion.Kernels;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Comparisons;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon run FILE</c>: a silo in this process for one experiment, or the one that has the data folder; submit, follow, show.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Experiment file (JSON with comments)." };
        var install = CompareCommand.Install();
        var command = new Command("run",
            """
            Trains every run of an experiment, draws and scores its icons, and opens the report on whether they copy. It also
            prints the preprint's Table 2; without a desktop it prints where the report is. Runs that are finished are only read;
            an interrupted one goes on, bit for bit. The exit code is 1 if a run failed. Where a silo works on the data folder,
            the experiment is handed to it. A file of comparisons trains nothing: it gives the preprint's Table 1, and the exit
            code is 1 if an order that the file expects is not met.

            Examples:
              icon run grids/quickstart.json
              icon run grids/quickstart.json --json > results.json
              icon run grids/table1.json --install
            """)
        { file, install, CommandContext.EmojiFontOption };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var read = SpecFile.Read(parsed.GetValue(file)!);
            if (ComparisonFile.TryParse(read) is { } comparisons)
                return await ComparisonRun.RunAsync(context, comparisons, parsed.GetValue(install), cancellationToken);
            var experiment = ExperimentFile.Parse(read);
            var report = await RunAsync(context, experiment, cancellationToken);
            context.Terminal.Result(report, report.Render);
            return report.Results.Count == experiment.Runs.Count ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>Works an experiment off, here or by the silo that has the data folder, and opens its report.</summary>
    public static async Task<ExperimentReport> RunAsync(CommandContext context, ExperimentSpec experiment, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetUtcNow();
        // Before anything native loads OpenMP, which reads the environment once.
        LibTorch.Configure();
        var prepared = new PreparedExperiment(experiment, context.Data, context.Terminal.Warn);
        var report = prepared.Experiment.Runs.Count == 0
            ? new ExperimentReport(RunIdentity.Experiment(experiment), context.Data.Experiment(RunIdentity.Experiment(experiment)), [], [])
            : await RunAsync(context, prepared, began, cancellation);
        report = report with
        {
            Failures =
            [
                .. prepared.Unusable,
                .. report.Failures.Select(failure => failure with { Run = prepared.Positions[failure.Run] }),
            ],
        };
        if (report.Page is { } page && Desktop.IsThere)
            Desktop.TryOpen(page);
        return report;
    }

    private static async Task<ExperimentReport> RunAsync(
        CommandContext context, PreparedExperiment prepared, DateTimeOffset began, CancellationToken cancellation)
    {
        var id = RunIdentity.Experiment(prepared.Experiment);
        if (LocalSilo.Find(context.Data.Path) is { } running)
        {
            using var there = new SiloClient(() => SiloEndpoint.Find([running.Url], null, context.Data));
            if (await there.GetSiloAsync(cancellation) is { Only: { } only })
                throw new SiloException($"'{context.Data.Path}' is being worked on by process {running.Pid} (icon run, {only}); one at a time.", ExitCode.Failed);
            if (context.HasOwnEmojiFont)
                throw new UsageException($"--emoji-font is for the process that draws the faces, here the silo at {running.Url}; start that one with it: icon silo --emoji-font FILE.");
            context.Terminal.Say($"{id}: handed to the silo at {running.Url}");
            using var leave = Terminal.OnStop($"icon: no longer watching {id}; the silo goes on (icon watch {id})", cancellation);
            return await FollowAsync(context, prepared, there, began, leave.Token);
        }

        using var stop = Terminal.OnStop(Terminal.AfterCheckpoint, cancellation);
        var options = context.SiloOptions(new()
        {
            [nameof(SiloOptions.Url)] = "http://127.0.0.1:0",
            [nameof(SiloOptions.Only)] = id,
            [nameof(SiloOptions.LogLevel)] = "Warning",
        });
        options.Listen = null;
        await using var silo = await SiloHost.StartAsync(options, stop.Token, devices => context.Terminal.Say(
            $"{prepared.Experiment.Name}: {prepared.Experiment.Runs.Count} run(s) on {string.Join(", ", devices)}, {options.Threads} threads"));
        if (silo.Devices.Any(device => device.Class == DeviceClass.Cpu) && KernelLibrary.Note is { } note) context.Terminal.Say($"{note}.");
        using var client = new SiloClient(() => [new(silo.Url, silo.Token, null, "It runs in this process.")]);
        return await FollowAsync(context, prepared, client, began, stop.Token);
    }

    private static async Task<ExperimentReport> FollowAsync(
        CommandContext context, PreparedExperiment prepared, SiloClient silo, DateTimeOffset began, CancellationToken cancellation)
    {
        var submitted = await prepared.SubmitAsync(silo, cancellation);
        if (submitted.State == ExperimentState.Paused)
            await silo.CommandAsync(submitted.Id, "resume", cancellation);
        var last = await ExperimentFollower.FollowAsync(context.Terminal, silo, submitted.Id, jsonLines: false, cancellation);
        if (last.State == ExperimentState.Finished)
        {
            var report = await silo.WaitForReportAsync(last.Id, context.Terminal.Say, cancellation);
            if (report is { State: ReportState.Failed })
                context.Terminal.Warn($"The report could not be made: {report.Error}");
            last = last with { Report = report };
        }
        return ExperimentReport.Of(
            last, await silo.GetResultsAsync(last.Id, cancellation), new((await silo.GetSiloAsync(cancellation)).Data), began);
    }
}
