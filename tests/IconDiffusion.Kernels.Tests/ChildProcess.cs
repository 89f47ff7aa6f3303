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
            default:
                return 2;
        }
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
