using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using IconDiffusion.Client;
using IconDiffusion.Client.Commands;
using IconDiffusion.Client.Output;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon doctor</c>: what is installed, which device, what is missing and the command that fixes it.</summary>
internal static class DoctorCommand
{
    private sealed record Finding(string Part, bool Ok, bool Needed, string Found, string? Fix = null);

    public static Command Create()
    {
        var command = new Command("doctor",
            """
            Checks this machine: libraries, device, font, weights, disk. Each thing missing comes with the command that fixes
            it. The exit code is 3 if something needed is missing.

            Example:
              icon doctor
            """)
        { CommandContext.EmojiFontOption };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            Finding[] findings =
            [
                new(".NET", true, true, RuntimeInformation.FrameworkDescription),
                Try("libtorch", "./icon setup", () => LibTorch.Description),
                new("CPU kernels", KernelLibrary.IsLoaded, false, KernelLibrary.Note ?? "loaded", KernelLibrary.IsLoaded ? null : "apt-get install cmake g++, then ./icon setup"),
                Try("device", "./icon doctor --device cpu", () =>
                {
                    var device = context.OpenDevice();
                    return $"{device.Name} ({device.Device}), {device.Threads} threads";
                }),
                new("CPU instructions", true, false, Instructions()),
                Try("libvips", "./icon setup", () => ImageFile.LibraryVersion),
                Try("face font", "apt-get install fonts-noto-color-emoji, or --emoji-font FILE", () => $"{EmojiFont.Family}, {EmojiFont.FilePath}"),
                Try("ResNet-18", "./icon setup", ResNet18),
                Try("Inception weights", "./icon weights", () => PublishedWeightsFile.Inception.Verify(
                    PublishedWeightsFile.Inception.DefaultPath(context.Data.Path)) is var hash ? $"verified, SHA-256 {hash[..12]}…" : "", needed: false),
                Try("VGG-19 weights", "./icon weights vgg19", () => Vgg19(context.Data), needed: false),
                Try("data folder", "--data DIR or ICONDIFFUSION_DATA with a folder that you may write", () => Disk(context.Data)),
            ];
            context.Terminal.Result(findings, () => [Table(findings)]);
            return findings.All(f => f.Ok || !f.Needed) ? ExitCode.Success : ExitCode.MissingPrerequisite;
        });
        return command;
    }

    private static Finding Try(string part, string fix, Func<string> look, bool needed = true)
    {
        try
        {
            return new(part, true, needed, look());
        }
        catch (Exception exception) when (Failures.Explain(exception) is not null)
        {
            return new(part, false, needed, (exception is TypeInitializationException { InnerException: { } inner } ? inner : exception).Message, fix);
        }
    }

    private static string ResNet18()
    {
        using var network = FeatureExtractor.ResNet18(AppContext.BaseDirectory);
        return $"verified, {network.Label}";
    }

    // The published file was verified before its convolutions were kept.
    private static string Vgg19(DataFolder data)
    {
        using var network = StyleNetwork.Open(StyleNetworkKind.Vgg19, data, new("cpu"));
        return $"complete, {data.Vgg19Weights}";
    }

    private static string Instructions() =>
        Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported && Fma.IsSupported ? "AVX2" : $"{RuntimeInformation.ProcessArchitecture}, no AVX2: training is slow";

    private static string Disk(DataFolder data)
    {
        Directory.CreateDirectory(data.Path);
        var probe = Path.Combine(data.Path, $".probe-{Guid.NewGuid():N}");
        File.WriteAllText(probe, "");
        File.Delete(probe);
        return $"{data.Path}, {Words.Bytes(new DriveInfo(data.Path).AvailableFreeSpace)} free";
    }

    private static Table Table(Finding[] findings)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. ((string[])["", "part", "found", "fix"]).Select(Speech.Say)]);
        foreach (var f in findings)
            table.AddRow(f.Ok ? "[green]ok[/]" : f.Needed ? "[red]missing[/]" : "[yellow]optional[/]",
                f.Part, Markup.Escape(f.Found), Markup.Escape(f.Fix ?? ""));
        return table;
    }
}
