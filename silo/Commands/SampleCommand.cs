using System.CommandLine;
using System.Globalization;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon sample RUN</c>: more icons from a trained run, films between them, mixtures of their styles.</summary>
internal static class SampleCommand
{
    private static readonly Argument<string> Run = new("run") { Description = "The run's id (its folder's name under runs/), or the first digits of it." };

    private static readonly Option<int?> Count = new("--count") { Description = "Icons to have in all; those that are there are kept.", HelpName = "N" };

    private static readonly Option<double?> Truncation = new("--truncation")
    {
        Description = "StyleGAN2's ψ: 1 draws as trained, 0 the average icon, between them fewer oddities and less variety.",
        HelpName = "PSI",
    };

    private static readonly Option<string?> With = new("--with")
    {
        Description = "Tags of every icon, of a model with \"condition\": \"tags\" (default: each icon has those of a training icon).",
        HelpName = "TAG,TAG,…",
    };

    private static readonly Option<double?> Guidance = new("--guidance")
    {
        Description = "How much the tags count, of a diffusion model: 0 not at all, 1 as trained, 2 to 4 more surely what was asked for, and less variety.",
        HelpName = "SCALE",
    };

    private static readonly Option<string?> Film = new("--film")
    {
        Description = "Draw a film that passes through these icons and returns: PNG frames and film.gif.",
        HelpName = "I,J,…",
    };

    private static readonly Option<int> Frames = new("--frames") { Description = "Frames from one icon of a film to the next.", HelpName = "N", DefaultValueFactory = _ => 24 };

    private static readonly Option<string?> Mix = new("--mix")
    {
        Description = "StyleGAN2: a table of icons with the shape of these and the finer look of those.",
        HelpName = "I,J,…:K,L,…",
    };

    private static readonly Option<int?> Cutoff = new("--cutoff")
    {
        Description = "The first layer of a mixture's finer look, two a resolution from 4×4 on (default: half the icon's side).",
        HelpName = "LAYER",
    };

    public static Command Create()
    {
        var command = new Command("sample",
            """
            Draws icons from a trained run with its own sampler. Icon i is always the same icon, so a larger count only adds.

            Examples:
              icon sample 3f9c2a --count 1024
              icon sample 3f9c2a --film 0,5,17                  what lies between three icons, as frames and a GIF
              icon sample 3f9c2a --count 16 --with "beard, red hair" --guidance 2.5
              icon sample 3f9c2a --count 64 --truncation 0.7    StyleGAN2 alone
              icon sample 3f9c2a --mix 0,1,2:7,8,9,10           StyleGAN2 alone
            """)
        { Run, Count, With, Guidance, Truncation, Film, Frames, Mix, Cutoff };
        command.SetAction(ActAsync);
        return command;
    }

    private static async Task<int> ActAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var context = new CommandContext(parsed);
        var (count, frames) = (parsed.GetValue(Count), parsed.GetValue(Frames));
        if (count is null && parsed.GetValue(Film) is null && parsed.GetValue(Mix) is null)
            throw new UsageException("Nothing to draw; wanted --count, --film or --mix.");
        if (count < 1)
            throw new UsageException($"--count is {count}; wanted 1 or more.");
        if (frames is < 1 or > 1000)
            throw new UsageException($"--frames is {frames}; wanted 1 to 1000.");
        var film = parsed.GetValue(Film) is { } through ? Icons("--film", through, atLeast: 2) : null;
        var mix = parsed.GetValue(Mix) is { } lists ? Pair(lists) : default;
        using var stop = Terminal.OnStop(Terminal.AfterCheckpoint, cancellationToken);
        var trained = TrainedRun.Find(context.Data, parsed.GetValue(Run)!);
        if (parsed.GetValue(Truncation) is { } psi)
            trained = trained.Truncated(psi);
        if (parsed.GetValue(With) is not null || parsed.GetValue(Guidance) is not null)
            trained = trained.Asked(parsed.GetValue(With) is { } list ? Tags(list) : null, parsed.GetValue(Guidance));
        var device = context.OpenDevice();

        var (there, filmFolder, mixFile) = (0, (string?)null, (string?)null);
        await ProgressDisplay.RunAsync(context.Terminal, display => Task.Run(() =>
        {
            if (count is { } wanted)
                there = trained.Draw(wanted, device, Report("sample"), stop.Token);
            if (film is not null)
                filmFolder = trained.DrawFilm(film, frames, device, Report("film"), stop.Token);
            if (mix.Coarse is not null)
                mixFile = trained.DrawMix(mix.Coarse, mix.Fine, parsed.GetValue(Cutoff), device, stop.Token);

            Action<double, double> Report(string what) => (done, total) => display.Report(what, $"{trained.Spec.Model.Label}: {what}", done, total);
        }, CancellationToken.None));

        context.Terminal.Result(
            new { Run = trained.Id, Count = count is null ? (int?)null : there, Folder = count is null ? null : trained.SamplesFolder, Film = filmFolder, Mix = mixFile },
            () => new[]
            {
                count is null ? null : $"{there} icons in {trained.SamplesFolder}",
                filmFolder is null ? null : $"film      {filmFolder}  (frames and film.gif)",
                mixFile is null ? null : $"mixture   {mixFile}",
            }.OfType<string>().Select(line => Speech.Text(line)));
        return there >= (count ?? 0) ? ExitCode.Success : ExitCode.Failed;
    }

    private static (int[] Coarse, int[] Fine) Pair(string lists) => lists.Split(':') is [var coarse, var fine]
        ? (Icons("--mix", coarse, atLeast: 1), Icons("--mix", fine, atLeast: 1))
        : throw new UsageException($"--mix is '{lists}'; wanted two lists of icons, such as 0,1,2:7,8,9.");

    private static EquatableList<string> Tags(string list) =>
        TagNames.List(list) is [_, ..] tags ? tags : throw new UsageException($"--with is '{list}'; wanted tags, such as \"beard, red hair\".");

    private static int[] Icons(string option, string list, int atLeast)
    {
        var icons = list.Split(',').Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var icon)
            ? icon
            : throw new UsageException($"{option} names '{text}'; wanted numbers of icons from 0 on, such as 0,5,17.")).ToArray();
        return icons.Length >= atLeast && icons.Length <= 100
            ? icons
            : throw new UsageException($"{option} names {icons.Length} icon(s); wanted {atLeast} to 100.");
    }
}
