using System.Diagnostics;
using Orleans;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>This assembly as a process of its own, to be killed or to stand in the way.</summary>
internal static class ChildProcess
{
    public static async Task<int> Main(string[] args)
    {
        var host = await EmbeddedHost.StartAsync(args[1]);
        switch (args[0])
        {
            // Writes for ever, and says each total only after it was written.
            case "write":
                await host.Grains.GetGrain<IReminderGrain>("one").Register("wake", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
                var ledger = host.Grains.GetGrain<ILedgerGrain>("one");
                while (true)
                    Console.WriteLine(await ledger.Add(1, "line"));
            case "hold":
                Console.WriteLine("holding");
                await Task.Delay(Timeout.Infinite);
                return 0;
            default:
                return 2;
        }
    }

    /// <summary>Starts Main in a new process.</summary>
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ChildProcess).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }
}
