using System.Diagnostics;
using System.Globalization;
using IconDiffusion.Pipeline.Experiments;
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
            seconds[i] = Time(device, work);
        }
        Array.Sort(seconds);
        return seconds[repeats / 2];
    }

    private static double Time(ComputeDevice? device, Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        if (device?.Device.type == DeviceType.CUDA)
            torch.cuda.synchronize(device.Device);
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>The same in wall-clock and in CPU seconds, which others on the machine blur less, and the peak of the memory.</summary>
    public static void PrintMedian(int repeats, ComputeDevice device, Action work)
    {
        work();
        var (seconds, cpu) = (new double[repeats], new double[repeats]);
        using var process = Process.GetCurrentProcess();
        for (var i = 0; i < repeats; i++)
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            seconds[i] = Time(device, work);
            process.Refresh();
            cpu[i] = (process.TotalProcessorTime - before).TotalSeconds;
        }
        Array.Sort(seconds);
        Array.Sort(cpu);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"seconds": {{seconds[repeats / 2]}}, "cpu": {{cpu[repeats / 2]}}, "rss": {{process.PeakWorkingSet64}}}"""));
    }

    /// <summary>One JSON line, as the reference scripts print it.</summary>
    public static void Print(double seconds) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $$"""{"seconds": {{seconds}}, "rss": {{Process.GetCurrentProcess().PeakWorkingSet64}}}"""));
}
