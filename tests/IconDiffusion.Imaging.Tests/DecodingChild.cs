using System.Diagnostics;
using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

/// <summary>The decoding of one file in a process of its own, whose memory can be told. This assembly is its program, <c>FILE</c>.</summary>
internal static class DecodingChild
{
    /// <summary>What it prints: the pixels in hexadecimal, and the most memory it had, bytes.</summary>
    public static (string[] Lines, string Errors) Run(string path)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", typeof(DecodingChild).Assembly.Location, path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return (lines, errors.GetAwaiter().GetResult());
    }

    private static void Main(string[] args)
    {
        if (args is not [var path]) return;  // a test runner loads this assembly, it does not start it
        Console.WriteLine(Convert.ToHexString(ImageFile.LoadRgba(path).Pixels));
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(self.PeakWorkingSet64);
    }
}
