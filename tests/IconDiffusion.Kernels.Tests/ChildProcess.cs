using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace IconDiffusion.Kernels.Tests;

/// <summary>This assembly as a process of its own, for what happens once per process.</summary>
internal static partial class ChildProcess
{
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["kernels"]:
                Console.WriteLine($"{KernelLibrary.IsLoaded} {FastOps.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 1), null).sum().item<float>()}");
                return 0;
            case ["environment", .. var names]:
                LibTorch.Configure();
                foreach (var name in names)
                    Console.WriteLine(Marshal.PtrToStringUTF8(getenv(name)));
                return 0;
            case ["numbers"]:
                Console.WriteLine($"{WrongNumbers(20)} of 20 wrong");
                return 0;
            default:
                return 2;
        }
    }

    // Numbers that nothing mentions any more, while another thread collects garbage.
    private static int WrongNumbers(int count)
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        using var x = torch.zeros(1 << 22);
        using var mask = torch.ones(1 << 22, dtype: torch.ScalarType.Bool);
        var wrong = 0;
        for (var i = 0; i < count; i++)
        {
            try
            {
                using var y = x.masked_fill(mask, i + 0.5);
                if (y[0].item<float>() != i + 0.5f) wrong++;
            }
            catch (ExternalException)
            {
                wrong++;
            }
        }
        stop.Cancel();
        collector.Join();
        return wrong;
    }

    /// <summary>Runs Main in a new process and returns its exit code and what it printed.</summary>
    internal static (int Code, string Output) Run(string[] args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(ChildProcess).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.Ordinal))
            start.FileName = "dotnet";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr getenv(string name);
}
