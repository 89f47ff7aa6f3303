using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Benchmarks;

public interface IPingGrain : IGrainWithStringKey
{
    Task<int> PingAsync(int value);

    Task WriteAsync(string text);
}

public sealed class PingMemory
{
    public string Text { get; set; } = "";
}

public sealed class PingGrain([PersistentState("ping")] IPersistentState<PingMemory> state) : Grain, IPingGrain
{
    public Task<int> PingAsync(int value) => Task.FromResult(value + 1);

    public Task WriteAsync(string text)
    {
        state.State.Text = text;
        return state.WriteStateAsync();
    }
}

internal static class ActorsBenchmark
{
    public static Command Create()
    {
        var command = new Command("actors", "Start, call, write, stop.");
        command.SetAction((_, _) => RunAsync());
        return command;
    }

    private static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("actors-");
        var clock = Stopwatch.StartNew();
        var builder = BenchmarkRuntime.Create(folder.FullName);
        double start, call, write, writes, stop, first;
        using (var host = builder.Build())
        {
            await host.StartAsync();
            start = clock.Elapsed.TotalMilliseconds;
            var grain = host.Services.GetRequiredService<IClusterClient>().GetGrain<IPingGrain>("a");
            clock.Restart();
            await grain.PingAsync(0);
            first = clock.Elapsed.TotalMilliseconds;
            call = await MedianAsync(20000, i => grain.PingAsync(i));
            call = await MedianAsync(50000, i => grain.PingAsync(i));
            var text = new string('x', 185);
            write = await MedianAsync(300, i => grain.WriteAsync(text));
            write = await MedianAsync(1000, i => grain.WriteAsync(text));
            var grains = Enumerable.Range(0, 16).Select(i => host.Services.GetRequiredService<IClusterClient>().GetGrain<IPingGrain>($"b{i}")).ToArray();
            clock.Restart();
            await Task.WhenAll(grains.Select(async g =>
            {
                for (var i = 0; i < 100; i++)
                    await g.WriteAsync(text);
            }));
            writes = 1600 / clock.Elapsed.TotalSeconds;
            clock.Restart();
            await host.StopAsync();
            stop = clock.Elapsed.TotalMilliseconds;
        }
        folder.Delete(recursive: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"startMs": {{start:0}}, "firstCallMs": {{first:0.0}}, "callUs": {{call:0.00}}, "writeUs": {{write:0}}, "writesPerSecond16": {{writes:0}}, "stopMs": {{stop:0}}, "threads": {{Process.GetCurrentProcess().Threads.Count}}}"""));
        return 0;
    }

    private static async Task<double> MedianAsync(int count, Func<int, Task> act)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await act(i);
            times[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }
        Array.Sort(times);
        return times[count / 2];
    }
}
