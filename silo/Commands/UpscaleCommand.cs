using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Upscaling;
using IconDiffusion.Specs;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon upscale RUN IMAGES…</c>: icons from anywhere, enlarged by a stage of a cascade.</summary>
internal static class UpscaleCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The id of a cascade's run that enlarges (its folder's name under runs/), or the first digits of it." };
        var images = new Argument<string[]>("images") { Description = "Images, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out") { Description = "The folder for the enlarged icons, PNG files of the same names.", HelpName = "DIR", Required = true };
        var noise = new Option<double>("--noise")
        {
            Description = "How much noise hides of the images first, from 0 to what the run was trained with: more lets the network invent more, which mends blurred or damaged images.",
            HelpName = "PART",
            DefaultValueFactory = _ => 0,
        };
        var seed = new Option<int?>("--seed") { Description = "Another seed invents other details (default: the run's).", HelpName = "N" };
        var command = new Command("upscale",
            """
            Enlarges icons from anywhere by a cascade's run that enlarges. The network knows how the icons that it was trained on look
            when they are large, and invents what is finer in their style: that suits icons by the same hand, and no others. Images
            are read as a data set's are (transparency on the run's background, cut square, larger ones made smaller first); one that
            is smaller than what the run enlarges is an error. What becomes of an image depends on its pixels, the noise and the seed
            alone. Each PNG file says that it was enlarged, by which run and under which consent. Files that are there already from
            the same images are kept, so the same command goes on where it was interrupted; nothing else is written over.

            RUN is a run that is trained to its end, whose row in a cascade's tables says from which size it enlarges, such as "from 32 px"; the
            cascade's first run, which draws, and runs of other methods are refused.

            How much better it is than bicubic or Lanczos interpolation is in the run's report, of icons that were held out.

            Examples:
              icon upscale 3f9c2a smile.png wink.png --out large
              icon upscale 3f9c2a small-icons --out large
              icon upscale 3f9c2a blurred --out mended --noise 0.2 --seed 7
            """)
        { run, images, output, noise, seed };
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new CommandContext(parsed);
            using var stop = Terminal.OnStop(Terminal.AfterCheckpoint, cancellation);
            var stage = TrainedRun.Find(context.Data, parsed.GetValue(run)!).AsStage(parsed.GetValue(seed));
            var enlarges = ((DdpmSpec)stage.Spec.Model).Enlarges!;
            var level = parsed.GetValue(noise);
            if (!(level >= 0 && level <= enlarges.Noise))
                throw new UsageException(FormattableString.Invariant($"--noise is {level}; wanted 0 to {enlarges.Noise}, which the run was trained with."));
            var folder = Path.GetFullPath(parsed.GetValue(output)!);
            var pictures = SmallPictures.Read(parsed.GetValue(images)!, folder, enlarges.From, stage.Spec.Dataset.Background, TimeProvider.System);
            foreach (var warning in pictures.Warnings) context.Terminal.Warn(warning);
            var device = context.OpenDevice();
            await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
                Upscaler.Enlarge(stage, pictures.Icons, folder, level, device, (done, total) => display.Report("upscale", $"{stage.Spec.Model.Label}: upscale", done, total), stop.Token),
                CancellationToken.None));
            context.Terminal.Result(
                new { Run = stage.Id, pictures.Icons.Count, Folder = folder, From = enlarges.From, To = stage.Spec.Dataset.ImageSize, Noise = level, stage.Spec.Seed, Files = pictures.Icons.Select(icon => icon.Name) },
                () => [Speech.Text($"{pictures.Icons.Count} icons, {enlarges.From} → {stage.Spec.Dataset.ImageSize} px, in {folder}")]);
            return ExitCode.Success;
        });
        return command;
    }
}
