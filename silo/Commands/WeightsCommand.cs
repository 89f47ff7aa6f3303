using System.CommandLine;
using System.Net.Http;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Evaluation.Features;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon weights</c>: the FID Inception file, downloaded or taken from a path, always verified.</summary>
internal static class WeightsCommand
{
    public static Command Create()
    {
        var from = new Option<string?>("--from") { Description = "Copy from this file instead of downloading.", HelpName = "FILE" };
        var command = new Command("weights",
            $"""
            Fetches the Inception weights of the published FID, 96 MB, and verifies their SHA-256. They lie in the data folder as
            {InceptionWeightsFile.Published.FileName}. Without them figures rest on ResNet-18, which comes with the program, and
            compare with nothing published.

            Examples:
              icon weights
              icon weights --from ~/Downloads/{InceptionWeightsFile.Published.FileName}
            """)
        { from };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var file = InceptionWeightsFile.Published;
            var target = file.DefaultPath(context.Data.Path);
            var origin = "already there";
            if (parsed.GetValue(from) is { } source)
            {
                file.Install(source, target);
                origin = source;
            }
            else if (!File.Exists(target))
            {
                using var client = new HttpClient();
                await ProgressDisplay.RunAsync(context.Terminal, display =>
                    file.DownloadAsync(client, target, new Progress<DownloadProgress>(p =>
                        display.Report("download", "Inception weights", p.Bytes, p.Total, Words.Bytes(p.Bytes))), cancellationToken));
                origin = file.Source.ToString();
            }
            var hash = file.Verify(target);
            context.Terminal.Result(new { Path = target, Sha256 = hash, Origin = origin },
                () => [Speech.Text($"Inception weights: {target}\nSHA-256 {hash} (verified)")]);
            return ExitCode.Success;
        });
        return command;
    }
}
