using System.Text.Json;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// What runs are likely to cost on a device, without running anything: finished runs of the same model and icon size on the same device tell how long
/// their steps took; where there are none, arithmetic does, which may be wrong by a factor of two and more.
/// </summary>
/// <param name="data">Has the finished runs.</param>
public sealed class CostEstimate(ComputeDevice device, DataFolder data)
{
    // Multiply-adds a second: of a thread with AVX-512, as U-Nets of 32 to 128 px took them (docs/experiments.md); of a GPU, a guess for an RTX 3080 with TF32.
    private const double OfThread = 7.5e10;
    private const double OfGpu = 5e12;

    // What a training step takes beside its arithmetic, seconds, measured with the smallest networks.
    private const double Overhead = 0.01;

    // A GAN's multiply-adds for each value that an update of its networks holds: with it the three of grids/table2-small.json come to the steps that they took.
    private const double PerValue = 500;

    private readonly Lazy<ILookup<(ModelSpec, int), RunResult>> _finished = new(() => Finished(data)
        .Where(result => (result.Provenance.Device, result.Provenance.Threads) == (device.Name, device.Threads)).ToLookup(result => Key(MethodCost.Untold(result.Spec))));

    private readonly Dictionary<(ModelSpec, int), long> _parameters = [];

    /// <summary>What a run is likely to cost.</summary>
    public MethodCost Of(RunSpec run)
    {
        run = MethodCost.Untold(run);
        double? arithmetic = run.Model switch
        {
            DdpmSpec ddpm => UnetSize.Of(ddpm, run.Dataset.ImageSize).MultiplyAdds,
            StyleTransferSpec style => StyleNetwork.SizeOf(style.Network!.Value).MultiplyAdds,
            _ => null,
        };
        RunResult[] like = [.. _finished.Value[Key(run)]];
        if (like.Length == 0)
        {
            var rate = device.Device.type == DeviceType.CUDA ? OfGpu : OfThread * device.Threads;
            var updates = run.Model is WganGpSpec { CriticSteps: var critic } ? critic : 1;
            var ofPass = arithmetic ?? MethodTable.Of(run.Model).Memory(run).TrainingPerIcon * PerValue * updates / MethodCost.TrainingPasses;
            return Cost((Overhead * run.Training.GradientAccumulation) + (ofPass / rate * PassesOfAStep(run)), Parameters(run), CostBasis.Estimate);
        }
        var trained = like.DistinctBy(result => result.RunId).ToArray();
        var step = trained.Sum(result => result.Training.Time.TotalSeconds) / trained.Sum(result => result.Training.Steps * PassesOfAStep(result.Spec)) * PassesOfAStep(run);
        var cost = Cost(step, trained[0].Training.Parameters, CostBasis.FinishedRuns);
        // What a cascade's icons took is the time of all its stages.
        var drawn = like.Where(result => result.Sampling.Time > TimeSpan.Zero && !result.Spec.Bases.Any()).ToArray();
        return drawn.Length == 0 ? cost : cost with
        {
            IconSeconds = drawn.Sum(result => result.Sampling.Time.TotalSeconds) / drawn.Sum(result => (double)result.Sampling.Count * MethodCost.ModelCalls(result.Spec)) * MethodCost.ModelCalls(run),
        };

        MethodCost Cost(double step, long parameters, CostBasis basis) =>
            new(arithmetic, parameters, step, MethodCost.ModelCalls(run) * step / PassesOfAStep(run), basis);
    }

    // What decides the time of an icon in a step: neither how noise is added nor which seed it is, nor whose shapes a style transfer keeps.
    private static (ModelSpec, int) Key(RunSpec run) => (run.Model switch
    {
        DdpmSpec ddpm => new DdpmSpec { Unet = ddpm.Unet },
        StyleTransferSpec style => new StyleTransferSpec { Content = new NotoFacesSpec(), Network = style.Network },
        var other => other,
    }, run.Dataset.ImageSize);

    // Forward passes of single icons.
    private static double PassesOfAStep(RunSpec run) => MethodCost.PassesOfAStep(run) * run.Training.BatchSize * run.Training.GradientAccumulation;

    // A GAN's network is made to be counted.
    private long Parameters(RunSpec run)
    {
        if (run.Model is DdpmSpec ddpm) return (long)UnetSize.Of(ddpm, run.Dataset.ImageSize).Parameters;
        if (run.Model is StyleTransferSpec style) return StyleNetwork.SizeOf(style.Network!.Value).Grams;
        if (_parameters.TryGetValue(Key(run), out var known)) return known;
        using var method = MethodTable.Of(run.Model).Begin(run, device.Device);
        return _parameters[Key(run)] = method.Parameters;
    }

    private static IEnumerable<RunResult> Finished(DataFolder data) => !Directory.Exists(data.Runs) ? [] : Directory.EnumerateDirectories(data.Runs)
        .Select(run => Path.Combine(run, "results")).Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
        .Where(folder => File.Exists(Path.Combine(folder, RunReport.ResultFile))).Select(Read).OfType<RunResult>();

    private static RunResult? Read(string folder)
    {
        try
        {
            return RunReport.ReadResult(folder);
        }
        catch (JsonException)
        {
            // Of another version: it tells nothing.
            return null;
        }
    }
}
