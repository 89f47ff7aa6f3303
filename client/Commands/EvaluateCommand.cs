using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Engine.Experiments;
using IconDiffusion.Specs;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon evaluate</c>: FID, MAE and NWI of any two folders of images.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var training = new Option<string>("--training") { Description = "Folder of the training (or first) set.", HelpName = "DIR", Required = true };
        var generated = new Option<string>("--generated") { Description = "Folder of the generated (or second) set.", HelpName = "DIR", Required = true };
        var size = new Option<int?>("--size") { Description = "Compare at this size in pixels (default: the training images' own).", HelpName = "PX" };
        var random = new Option<bool>("--random-features") { Description = "Use seeded random Inception weights: the FID compares with nothing published." };
        var output = new Option<string?>("--output") { Description = "Write result.json, contact-sheet.png and gallery.png there.", HelpName = "DIR" };
        var command = new Command("evaluate",
            """
            Compares two folders of images: Fréchet Inception distance, mean absolute pixel error to the nearest training
            image, and NWI = MAE − FID. Images are read as PNG, JPEG, WebP or GIF. For square images of one size the FID is
            pytorch-fid's.

            Examples:
              icon evaluate --training my-icons --generated samples
              icon evaluate --training set1 --generated set2 --random-features --json
            """)
        { training, generated, size, random, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var device = context.OpenDevice();
            var spec = new EvaluationSpec { Inception = parsed.GetValue(random) ? InceptionWeights.Random : InceptionWeights.Published };
            Comparison comparison = null!;
            await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
                comparison = FolderEvaluation.Run(parsed.GetValue(training)!, parsed.GetValue(generated)!, parsed.GetValue(size), spec, context.Data, device,
                    (done, total) => display.Report("features", "features", done, total), cancellationToken), cancellationToken));
            var scores = comparison.Scores;
            if (parsed.GetValue(output) is { } folder)
                comparison.Write(folder);
            context.Terminal.Result(scores, () => [new Text(string.Join('\n',
                (string[])
                [
                    $"FID  {Words.Figure(scores.Fid)}   ({scores.GeneratedCount} generated against {scores.TrainingCount} training images, {scores.Features})",
                    $"MAE  {Words.Figure(scores.Mae)}   (against mirrored training images too: {Words.Figure(scores.MaeMirrored)})",
                    $"NWI  {Words.Figure(scores.Nwi)}",
                    .. scores.NotComparable.Select(note => "note: " + note),
                ]))]);
            return ExitCode.Success;
        });
        return command;
    }
}
