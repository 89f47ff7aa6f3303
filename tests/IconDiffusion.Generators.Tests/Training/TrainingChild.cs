using System.Diagnostics;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Generators.Tests.Training;

/// <summary>
/// A <see cref="TinyRun"/> in a process of its own, for tests that kill it or fill its disk. This assembly is
/// its program, <c>FOLDER METHOD STEPS [BALLAST]</c>, where METHOD is one of <see cref="TinyRun.Methods"/>: it trains with a checkpoint after every step and prints <c>step N</c>, <c>warning …</c> or <c>failed …</c>.
/// With a BALLAST file, which keeps the disk full, it empties that at the first warning.
/// </summary>
internal sealed class TrainingChild : IDisposable
{
    private readonly Process _process;

    private TrainingChild(Process process) => _process = process;

    /// <summary>Program and arguments for a shell.</summary>
    public static string[] Command { get; } =
        [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "exec", typeof(TrainingChild).Assembly.Location];

    public static TrainingChild Start(RunFolder folder, int steps, string method = "ddpm") =>
        Start([.. Command, folder.Path, method, $"{steps}"]);

    // With as many threads as this process has, whatever processors the thread that starts it may use: bits depend on the number.
    public static TrainingChild Start(string[] command) =>
        new(Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OMP_NUM_THREADS"] = $"{TorchSharp.torch.get_num_threads()}" },
        })!);

    /// <summary>Ends it with SIGKILL once it has done <paramref name="step"/>; whatever it is writing then stays half written.</summary>
    public void KillAfter(long step)
    {
        while (_process.StandardOutput.ReadLine() is { } line)
            if (line == $"step {step}")
                break;
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Exit code and lines once it has ended by itself.</summary>
    public (int ExitCode, string[] Lines, string Errors) Finish()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        var lines = _process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _process.WaitForExit();
        return (_process.ExitCode, lines, errors.GetAwaiter().GetResult());
    }

    public void Dispose() => _process.Dispose();

    private static void Main(string[] args)
    {
        if (args is not [var folder, var method, var steps, .. var ballast]) return;  // a test runner loads this assembly, it does not start it
        try
        {
            var run = new RunFolder(folder);
            var monitoring = new MonitoringSpec { CheckpointEvery = TimeSpan.Zero };
            TinyRun.Train(run, TinyRun.Spec(method, long.Parse(steps)), Progress, monitoring, new TickingTime(), Warn);
        }
        catch (TrainingException e)
        {
            Print($"failed {e.Message}");
        }

        void Progress(WorkProgress progress) => Print($"step {progress.Step}");

        void Warn(string sentence)
        {
            Print($"warning {sentence}");
            foreach (var file in ballast)
                File.WriteAllText(file, "");
        }
    }

    private static void Print(string line)
    {
        Console.WriteLine(line);
        Console.Out.Flush();
    }

    // A second passes whenever somebody looks, so that every step is reported.
    private sealed class TickingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
