using System.Diagnostics;
using IconDiffusion.Engine.Tests.Generators.Training;
using IconDiffusion.Imaging;

namespace IconDiffusion.Engine.Tests.Imaging;

/// <summary>The decoding of one file in a process of its own, <c>decode FILE</c>, whose memory can be told.</summary>
internal static class DecodingChild
{
    /// <summary>What it prints: the pixels in hexadecimal, and the most memory it had, bytes.</summary>
    public static (string[] Lines, string Errors) Run(string path)
    {
        var command = TrainingChild.Command;
        using var process = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], "decode", path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return (lines, errors.GetAwaiter().GetResult());
    }

    /// <summary>The process.</summary>
    public static void Print(string path)
    {
        Console.WriteLine(Convert.ToHexString(ImageFile.LoadRgba(path).Pixels));
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(self.PeakWorkingSet64);
    }
}
