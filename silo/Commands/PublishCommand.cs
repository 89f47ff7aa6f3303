using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Specs.Novelty;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon publish RUN --to DIR</c>: icons that are no copies, marked and with cards.</summary>
internal static class PublishCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id (its folder's name under runs/), or the first digits of it." };
        var to = new Option<string>("--to") { Description = "The folder to make; an empty one may be there.", HelpName = "DIR", Required = true };
        var count = new Option<int?>("--count") { Description = "Publish the first N icons that are no copies (default: all of them).", HelpName = "N" };
        var watermark = new Option<bool>("--watermark") { Description = "Mark every icon visibly: a small “AI” in its lower right corner." };
        var withoutConsent = new Option<bool>("--without-consent") { Description = "Publish although nobody's consent is on record; both cards then begin with that." };
        var command = new Command("publish",
            """
            Makes a folder to give away: a run's icons that are no copies, with cards and checksums. Each PNG file says that it
            was generated, by which run, from which data set and under which consent; with them go a model card, a card of the
            training set, a contact sheet and a manifest of checksums. Icons that the run's novelty report calls copies are left
            out and listed, each with the training icon that it copies. The folder appears whole or not at all.

            It refuses without a novelty report ('icon report RUN' makes one), where that report does not even see the copies
            among its own controls, and without a consent on record ('icon consent --help').
            The exit code is 1 if every icon is a copy, 4 if a consent is missing or has ended.

            Examples:
              icon publish 3f9c2a --to new-faces
              icon publish 3f9c2a --to new-faces --count 100 --watermark
              icon publish 3f9c2a --to new-faces --without-consent
            """)
        { run, to, count, watermark, withoutConsent };
        command.SetAction(async (parsed, _) =>
        {
            var context = new CommandContext(parsed);
            if (parsed.GetValue(count) is { } wanted and < 1)
                throw new UsageException($"--count is {wanted}; wanted 1 or more.");
            var trained = TrainedRun.Find(context.Data, parsed.GetValue(run)!);
            var options = new PublishOptions
            {
                To = parsed.GetValue(to)!,
                Count = parsed.GetValue(count),
                Watermark = parsed.GetValue(watermark),
                WithoutConsent = parsed.GetValue(withoutConsent),
            };
            PublicationManifest manifest = null!;
            await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
                manifest = Publisher.Publish(trained, context.Data, options, (done, total) => display.Report("publish", $"{trained.Spec.Model.Label}: publish", done, total)),
                CancellationToken.None));
            var folder = manifest.Files.Count > 0 ? Path.GetFullPath(options.To) : null;
            context.Terminal.Result(new { Folder = folder, Manifest = manifest }, () => Lines(manifest, folder).Select(line => Speech.Text(line)));
            return manifest.Files.Count > 0 ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static IEnumerable<string> Lines(PublicationManifest manifest, string? folder)
    {
        foreach (var copy in manifest.LeftOut)
            yield return $"left out   icon {copy.Icon}: a copy of {copy.Source}{(copy.Mirrored ? ", mirrored" : "")} ({copy.Space.ToString().ToLowerInvariant()} distance {FigureText.Rounded(copy.Distance)})";
        yield return $"{manifest.Files.Count(file => file.Icon is not null)} icons published, {manifest.LeftOut.Count} left out as copies";
        if (folder is null)
            yield return "nothing is left, so no folder was made";
        else
        {
            yield return $"consent    {manifest.Consent ?? "none on record, as the cards say first"}";
            yield return $"folder     {folder}";
        }
    }
}
