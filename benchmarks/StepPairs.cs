using System.Diagnostics;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Benchmarks;

/// <summary>Two ways to do a step, one beside the other, by CPU seconds, so that it also tells on a machine that has other things to do.</summary>
internal static class StepPairs
{
    /// <summary>One training step.</summary>
    public static void Train(DdpmMethod method, long step, Tensor icons)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(RandomStream.TrainingStep(3407, step), CPU);
        method.Step(step, icons, random);
    }

    /// <summary>The median over pairs of the CPU seconds of the first over those of the second; which of them comes first alternates.</summary>
    public static double Ratio(int pairs, Action<long> first, Action<long> second)
    {
        Seconds(() => first(1));
        Seconds(() => second(1));
        double[] ratios = [.. Enumerable.Range(2, pairs).Select(step =>
        {
            if (step % 2 == 0) return Seconds(() => first(step)) / Seconds(() => second(step));
            var below = Seconds(() => second(step));
            return Seconds(() => first(step)) / below;
        }).Order()];
        return ratios[pairs / 2];
    }

    /// <summary>CPU seconds of the process.</summary>
    public static double Seconds(Action work)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }
}
