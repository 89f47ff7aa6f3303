using System.CommandLine;
using System.Net.Http;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Features.Pickles;
using IconDiffusion.Pipeline.Experiments;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon weights</c>: a published network's file, downloaded or taken from a path, always verified.</summary>
internal static class WeightsCommand
{
    private const string OfFid = "inception", OfStyle = "vgg19";

    public static Command Create()
    {
        var network = new Argument<string?>("network") { Description = $"{OfFid} (default) or {OfStyle}.", HelpName = "network", Arity = ArgumentArity.ZeroOrOne };
        network.AcceptOnlyFromAmong(OfFid, OfStyle);
        var from = new Option<string?>("--from") { Description = "Take this file instead of downloading.", HelpName = "FILE" };
        var command = new Command("weights",
            $"""
            Fetches the weights of a published network, of FID's Inception or of style transfer's VGG-19, and verifies their SHA-256.
            They lie in the data folder.
            inception, 96 MB, is that of the published FID. Without it figures rest on ResNet-18, which comes with the program, and
            compare with nothing published. vgg19, 575 MB, of which 52 MB are kept, is the network of style transfer's paper.
            Without it a style transfer sees with ResNet-18, too.

            Examples:
              icon weights
              icon weights --from ~/Downloads/{PublishedWeightsFile.Inception.FileName}
              icon weights vgg19
            """)
        { network, from };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            return parsed.GetValue(network) == OfStyle
                ? await Vgg19Async(context, parsed.GetValue(from), cancellationToken)
                : await InceptionAsync(context, parsed.GetValue(from), cancellationToken);
        });
        return command;
    }

    private static async Task<int> InceptionAsync(CommandContext context, string? from, CancellationToken cancellation)
    {
        var file = PublishedWeightsFile.Inception;
        var target = file.DefaultPath(context.Data.Path);
        var origin = from ?? (File.Exists(target) ? "already there" : file.Source.ToString());
        if (from is not null) file.Install(from, target);
        else if (!File.Exists(target)) await DownloadAsync(context, file, target, cancellation);
        return Say(context, file, target, file.Verify(target), origin);
    }

    // The published file is looked at and left behind.
    private static async Task<int> Vgg19Async(CommandContext context, string? from, CancellationToken cancellation)
    {
        var (file, target) = (PublishedWeightsFile.Vgg19, context.Data.Vgg19Weights);
        if (from is null && File.Exists(target)) return Say(context, file, target, null, "already there");
        var whole = from ?? file.DefaultPath(context.Data.Path);
        try
        {
            if (from is null) await DownloadAsync(context, file, whole, cancellation);
            var hash = file.Verify(whole);
            Vgg19File.Keep(TorchFile.Read(whole), target);
            return Say(context, file, target, hash, from ?? file.Source.ToString());
        }
        finally
        {
            if (from is null) File.Delete(whole);
        }
    }

    private static async Task DownloadAsync(CommandContext context, PublishedWeightsFile file, string target, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        await ProgressDisplay.RunAsync(context.Terminal, display =>
            file.DownloadAsync(client, target, new Progress<DownloadProgress>(p =>
                display.Report("download", $"{file.Name} weights", p.Bytes, p.Total, Words.Bytes(p.Bytes))), cancellation));
    }

    // Null: what is there was verified when it was made.
    private static int Say(CommandContext context, PublishedWeightsFile file, string target, string? hash, string origin)
    {
        context.Terminal.Result(new { Path = target, Sha256 = hash, Origin = origin },
            () => [Speech.Text($"{file.Name} weights: {target}{(hash is null ? "" : $"\nSHA-256 {hash} (verified)")}")]);
        return ExitCode.Success;
    }
}
