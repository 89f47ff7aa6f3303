using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using IconDiffusion.Grains;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace IconDiffusion.Benchmarks;

/// <summary>
/// A grid of cells whose work takes no time, over two declared devices, on the embedded runtime: what the scheduler, the state
/// on the disk and the messages cost. One line per quarter of the grid.
/// </summary>
internal static class SchedulerBenchmark
{
    public static Command Create()
    {
        var cells = new Option<int>("--cells") { DefaultValueFactory = _ => 1000 };
        var command = new Command("scheduler", "Seconds and memory of a grid without any work in it.") { cells };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(cells)));
        return command;
    }

    private static async Task<int> RunAsync(int cells)
    {
        var folder = Directory.CreateTempSubdirectory("scheduler-");
        var builder = BenchmarkRuntime.Create(folder.FullName);
        builder.Services.AddSingleton<Nothing>();
        builder.Services.AddSingleton<IWorkService>(services => services.GetRequiredService<Nothing>());
        builder.Services.AddSingleton<INodeInfo>(services => services.GetRequiredService<Nothing>());
        builder.Services.AddSingleton<IExperimentServices>(services => services.GetRequiredService<Nothing>());
        using (var host = builder.Build())
        {
            await host.StartAsync();
            await MeasureAsync(host.Services.GetRequiredService<IClusterClient>(), host.Services.GetRequiredService<Nothing>(), cells);
            await host.StopAsync();
        }
        folder.Delete(recursive: true);
        return 0;
    }

    private static async Task MeasureAsync(IGrainFactory grains, Nothing work, int cells)
    {
        var spec = new ExperimentSpec
        {
            Name = "grid",
            Runs = [.. Enumerable.Range(1, cells).Select(seed => new RunSpec
            {
                Seed = seed,
                Dataset = new NotoFacesSpec { Count = 8 },
                Model = new DdpmSpec { Unet = new() { Dim = 64, DimMults = [1, 16] } },
                Sampling = new() { Count = 32 },
            })],
        };
        var scheduler = grains.GetGrain<ISchedulerGrain>("default");
        var clock = Stopwatch.StartNew();
        await scheduler.HeartbeatAsync(work.Report());
        await grains.GetGrain<IExperimentGrain>(RunIdentity.Experiment(spec)).SubmitAsync(new()
        {
            Experiment = spec, Fingerprints = [.. Enumerable.Repeat<string?>(new('a', 64), cells)],
        });
        using var heart = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var (next, beats) = (1, 1); next <= 4 && await heart.WaitForNextTickAsync(); beats++)
        {
            if (beats % 10 == 0)
                await scheduler.HeartbeatAsync(work.Report());
            if (work.Evaluated < next * cells / 4)
                continue;
            Print(work.Evaluated, clock.Elapsed);
            next++;
        }
    }

    private static void Print(int cells, TimeSpan time)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"cells": {{cells}}, "seconds": {{time.TotalSeconds:0.00}}, "heap": {{GC.GetTotalMemory(forceFullCollection: true)}}, "rss": {{process.WorkingSet64}}}"""));
    }

    /// <summary>Two devices on which every attempt succeeds at once.</summary>
    private sealed class Nothing(IServiceProvider services) : IWorkService, INodeInfo, IExperimentServices
    {
        private int _evaluated;

        public string Silo => "here";

        public int Evaluated => _evaluated;

        private IGrainFactory Grains => services.GetRequiredService<IGrainFactory>();

        public NodeReport Report() => new()
        {
            Silo = Silo, Incarnation = "1", Running = [],
            Devices = [.. Enumerable.Range(1, 2).Select(i => new DeviceInfo
            {
                Id = $"rtx-3080#{i}", Name = "RTX 3080", Class = "rtx-3080", MemoryBytes = 10_000_000_000, FreeMemoryBytes = 10_000_000_000,
            })],
        };

        public Task<int> NewestAttemptAsync(WorkId work, WorkSpec spec) => Task.FromResult(0);

        public void Start(WorkOrder order) => _ = Task.Run(async () =>
        {
            await Grains.GetWork(order.Work).EndedAsync(order.Attempt, Outcome(order.Spec));
            if (order.Work.Kind == WorkKind.Evaluation)
                Interlocked.Increment(ref _evaluated);
        });

        public bool Stop(WorkId work, int attempt) => false;

        public bool IsRunning(WorkId work, int attempt) => false;

        public long MemoryBytes(WorkSpec work, bool onGpu) => 1_000_000_000;

        public void WriteTable(string experimentId, IReadOnlyList<RunResult> results) { }

        private static WorkOutcome Outcome(WorkSpec spec) => spec switch
        {
            TrainingWork => new TrainingDone(new()
            {
                Steps = 100, ImagesSeen = 1600, Time = TimeSpan.FromHours(1), End = TrainingEnd.Steps, Loss = 0.1, Parameters = 1_000_000,
                WeightsHash = new('0', 64),
            }),
            SampleWork batch => new SamplesDone(new() { Count = batch.Count, Time = TimeSpan.FromMinutes(1) }),
            EvaluationWork evaluation => new EvaluationDone(new()
            {
                RunId = evaluation.RunId, Spec = evaluation.Run, DatasetFingerprint = evaluation.DatasetFingerprint, Training = evaluation.Training,
                Sampling = evaluation.Sampling,
                Scores = new() { Fid = 1, Mae = 2, MaeMirrored = 2, GeneratedCount = 32, TrainingCount = 8, Features = "none", NotComparable = [] },
                Provenance = new() { CodeVersion = "none", Device = "none", LibTorch = "none", Threads = 1, FinishedAt = DateTimeOffset.UnixEpoch },
            }),
            ReportWork report => new ReportDone(new() { Results = report.Name, Files = [], Missing = [], IsWhole = true }),
            _ => throw new ArgumentException($"Unknown work {spec}.", nameof(spec)),
        };
    }
}
