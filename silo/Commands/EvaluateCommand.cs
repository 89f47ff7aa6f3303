using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon evaluate</c>: FID, MAE and NWI of any two folders of images.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var training = new Option<string>("--training") { Description = "Folder of the training (or first) set.", HelpName = "DIR", Required = true };
        var generated = new Option<string>("--generated") { Description = "Folder of the generated (or second) set.", HelpName = "DIR", Required = true };
        var sets = new ImageSetOptions();
        var output = new Option<string?>("--output") { Description = "Write scores.json, comparison.json, contact-sheet.png and gallery.png there.", HelpName = "DIR" };
        var command = new Command("evaluate",
            """
            Compares two folders of images by FID, nearest-neighbour MAE and NWI. That is the Fréchet Inception distance, the mean
            absolute pixel error to the nearest training image, and NWI = MAE − FID. Images are read as PNG, JPEG, WebP or GIF. For square images of one size the FID is
            pytorch-fid's. ('icon compare' adds the figures of the novelty report, and knows the built-in data sets by name.)

            Examples:
              icon evaluate --training my-icons --generated samples
              icon evaluate --training set1 --generated set2 --random-features --json
            """)
        { training, generated, output };
        sets.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var request = sets.Request(
                parsed, new FolderSpec { Path = parsed.GetValue(training)! }, new FolderSpec { Path = parsed.GetValue(generated)! });
            request = request with { Evaluation = request.Evaluation with { Figures = EvaluationFigures.Preprint } };
            var comparison = (await CompareCommand.RunAsync(context, request, cancellationToken))[0];
            var scores = comparison.Result.Scores;
            if (parsed.GetValue(output) is { } folder)
                comparison.Write(folder);
            context.Terminal.Result(scores, () => [Speech.Text(string.Join('\n',
                (string[])
                [
                    .. scores.Figures.Select(figure => FigureText.Labelled(figure, scores.Features)),
                    $"{scores.GeneratedCount} generated against {scores.TrainingCount} training images, {scores.Features}; MAE against mirrored training images too: {FigureText.Rounded(scores.MaeMirrored)}",
                    .. scores.NotComparable.Select(note => "note: " + note),
                ]))]);
            return ExitCode.Success;
        });
        return command;
    }
}
