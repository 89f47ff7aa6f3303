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
                ? await FetchAsync(context, PublishedWeightsFile.Vgg19, context.Data.Vgg19Weights, KeepVgg19, parsed.GetValue(from), cancellationToken)
                : await FetchAsync(context, PublishedWeightsFile.Inception, context.Data.InceptionWeights, KeepInception, parsed.GetValue(from), cancellationToken);
        });
        return command;
    }

    /// <param name="target">Where what is kept of the file lies.</param>
    /// <param name="keep">Puts it there from the verified file, whose SHA-256 it returns.</param>
    private static async Task<int> FetchAsync(
        CommandContext context, PublishedWeightsFile file, string target, Func<string, string, string> keep, string? from, CancellationToken cancellation)
    {
        var downloaded = file.DefaultPath(context.Data.Path);
        // What is kept of a file was verified when it was made; the file itself is verified each time.
        if (from is null && File.Exists(target)) return Say(context, file, target, target == downloaded ? file.Verify(target) : null, "already there");
        try
        {
            if (from is null) await DownloadAsync(context, file, downloaded, cancellation);
            return Say(context, file, target, keep(from ?? downloaded, target), from ?? file.Source.ToString());
        }
        finally
        {
            if (target != downloaded && from is null) File.Delete(downloaded);
        }
    }

    private static string KeepInception(string whole, string target)
    {
        if (whole != target) PublishedWeightsFile.Inception.Install(whole, target);
        return PublishedWeightsFile.Inception.Verify(target);
    }

    private static string KeepVgg19(string whole, string target)
    {
        var hash = PublishedWeightsFile.Vgg19.Verify(whole);
        Vgg19File.Keep(TorchFile.Read(whole), target);
        return hash;
    }

    private static async Task DownloadAsync(CommandContext context, PublishedWeightsFile file, string target, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        await ProgressDisplay.RunAsync(context.Terminal, display =>
            file.DownloadAsync(client, target, new Progress<DownloadProgress>(p =>
                display.Report("download", $"{file.Name} weights", p.Bytes, p.Total, Words.Bytes(p.Bytes))), cancellation));
    }

    // Null: it was not computed.
    private static int Say(CommandContext context, PublishedWeightsFile file, string target, string? hash, string origin)
    {
        context.Terminal.Result(new { Path = target, Sha256 = hash, Origin = origin },
            () => [Speech.Text($"{file.Name} weights: {target}{(hash is null ? "" : $"\nSHA-256 {hash} (verified)")}")]);
        return ExitCode.Success;
    }
}
