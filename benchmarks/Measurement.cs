using System.Diagnostics;
using System.Globalization;
using IconDiffusion.Engine.Experiments;
using TorchSharp;

namespace IconDiffusion.Benchmarks;

/// <summary>Repeats a piece of work and reports its median wall-clock time and the process's peak resident memory.</summary>
internal static class Measurement
{
    /// <summary>Runs once to warm up, then <paramref name="repeats"/> times.</summary>
    public static double MedianSeconds(int repeats, ComputeDevice? device, Action work)
    {
        work();
        var seconds = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            var clock = Stopwatch.StartNew();
            work();
            if (device?.Device.type == DeviceType.CUDA)
                torch.cuda.synchronize(device.Device);
            seconds[i] = clock.Elapsed.TotalSeconds;
        }
        Array.Sort(seconds);
        return seconds[repeats / 2];
    }

    /// <summary>One JSON line, as the reference scripts print it.</summary>
    public static void Print(double seconds) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $$"""{"seconds": {{seconds}}, "rss": {{Process.GetCurrentProcess().PeakWorkingSet64}}}"""));
}
