using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon ask DIR</c>: from a folder of pictures to the answer whether they can be learned without being copied, with no file to write.</summary>
internal static partial class AskCommand
{
    private static readonly Argument<string?> Folder = new("folder") { Description = "Folder of the artist's PNG, JPEG, WebP or GIF pictures.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Example = new("--example") { Description = "A set that comes with the program instead of a folder, such as noto or layered.", HelpName = "NAME" };
    private static readonly Option<string?> Artist = new("--artist") { Description = "Who made the pictures, where the folder has no consent.json yet.", HelpName = "NAME" };
    private static readonly Option<string?> Licence = new("--licence") { Description = "Under which terms they may be used, such as CC BY 4.0 or a contract's name.", HelpName = "TERMS" };
    private static readonly Option<bool> NoConsent = new("--no-consent") { Description = "Go on without anybody's consent on record; publishing will refuse." };
    private static readonly Option<bool> Quick = new("--quick") { Description = "A first impression in minutes, the same as --budget 6m." };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask whether to go on." };

    private static readonly Option<TimeSpan> Budget = new("--budget")
    {
        Description = "Time for everything, such as 12h, 45m or 01:30:00.",
        HelpName = "TIME",
        DefaultValueFactory = _ => TimeSpan.FromHours(12),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Time(text) is { } time && time >= TimeSpan.FromMinutes(1)) return time;
            result.AddError($"--budget is '{text}'; wanted a time of at least a minute, such as 12h, 45m or 01:30:00.");
            return default;
        },
    };

    public static Command Create()
    {
        var command = new Command("ask",
            """
            Answers whether a folder of pictures can be learned from without being copied. It looks through the folder, asks
            for the artist's consent if none is stated there, chooses models that fit this machine and the time, shows the plan, trains
            an ordinary U-Net and the extreme hourglass until they begin to copy, draws icons, scores them and opens the report. The
            same command goes on where it was interrupted. The experiment file that it wrote works with all other commands.

            Examples:
              icon ask my-icons
              icon ask my-icons --artist "A. Painter" --licence "by agreement" --budget 12h --yes
              icon ask --example noto --quick
            """)
        { Folder, Example, Artist, Licence, NoConsent, Budget, Quick, Yes, CommandContext.EmojiFontOption };
        command.SetAction(AnswerAsync);
        return command;
    }

    private static async Task<int> AnswerAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var context = new CommandContext(parsed);
        var (terminal, packages) = (context.Terminal, new InstalledPackages(context.Data.Packages));
        var (name, dataset) = Source(parsed);
        // Before anything native loads OpenMP, which reads the environment once.
        LibTorch.Configure();

        // What training would see.
        var (side, report) = Proposal.Look(side => DatasetSource.Check(dataset with { ImageSize = side }, TimeProvider.System, packages));
        foreach (var line in DatasetCommand.Lines(report with { Consent = report.Consent ?? SourceLicences.Of(dataset) })) terminal.Say(line);
        if (report.Problems.Count > 0) return ExitCode.Failed;
        if (dataset is FolderSpec folder && report.Consent is null)
            Consent(parsed, terminal, folder);
        else if (parsed.GetValue(NoConsent) || parsed.GetValue(Artist) is not null || parsed.GetValue(Licence) is not null)
            throw new UsageException($"{(dataset is FolderSpec ? "The folder has a consent.json" : "The set comes with its own terms")}; wanted no --artist, --licence or --no-consent ('icon consent grant' replaces a folder's).");

        // What will be done, and whether to.
        var budget = parsed.GetValue(Quick) ? TimeSpan.FromMinutes(6) : parsed.GetValue(Budget);
        var file = Path.Combine(context.Data.Path, "asked", $"{name}-{budget.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)}m.json");
        if (File.Exists(file))
        {
            terminal.Say($"{file}: asked before; it goes on, and what is finished is only read");
        }
        else
        {
            var device = context.OpenDevice();
            var proposal = Proposal.For(name, dataset, side, report.Icons, budget, experiment => ExperimentPlan.Make(experiment, device, context.Data, measure: true));
            foreach (var part in PlanCommand.Show(proposal.Plan)) terminal.Error.Write(part);
            terminal.Say("");
            terminal.Say($"with scoring about {Words.Duration(proposal.Time)}");
            if (proposal.Remark is { } remark) terminal.Warn(remark);
            if (!parsed.GetValue(Yes) && !terminal.Confirm("Go on?", $"This takes about {Words.Duration(proposal.Time)}", byDefault: true)) return ExitCode.Failed;
            AtomicFile.WriteAllText(file, proposal.Text);
        }

        var experiment = ExperimentFile.Load(file);
        var done = await RunCommand.RunAsync(context, experiment, cancellation);
        var answer = Answer.Of([.. done.Results.Select(run => (run.Result, Novelty: NoveltyReport.Read(run.Folder))).Where(run => run.Novelty is not null).Select(run => (run.Result, run.Novelty!))]);
        terminal.Result(new { Answer = answer, Experiment = file, Report = done }, () =>
        [
            Speech.Text(answer.Sentence),
            .. answer.Advice.Select(advice => Speech.Text($"          {advice}")),
            new Text(""),
            .. done.Render(),
            Speech.Text($"file      {file}  (icon run, plan and the others take it)"),
        ]);
        return done.Results.Count == experiment.Runs.Count ? ExitCode.Success : ExitCode.Failed;
    }

    private static (string Name, DatasetSpec Dataset) Source(ParseResult parsed) => (parsed.GetValue(Folder), parsed.GetValue(Example)) switch
    {
        ({ } folder, null) when Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) is var path => ($"{Proposal.NameOf(Path.GetFileName(path))}-{Digits(path)}", new FolderSpec { Path = path }),
        (null, { } example) when DatasetName.BuiltIn.ContainsKey($"{example}-faces") => ($"{example}-faces", DatasetName.Read($"{example}-faces")),
        (null, { } example) => (example, DatasetName.Read(example) is var dataset and not FolderSpec
            ? dataset
            : throw new UsageException($"There is no set '{example}' in the program; wanted one of {string.Join(", ", DatasetName.BuiltIn.Keys)}.")),
        (null, null) => throw new UsageException("Nothing was asked about; wanted a folder of pictures, or --example noto."),
        _ => throw new UsageException("Both a folder and --example were named; wanted one of them."),
    };

    private static void Consent(ParseResult parsed, Terminal terminal, FolderSpec folder)
    {
        var (artist, licence) = (parsed.GetValue(Artist)?.Trim(), parsed.GetValue(Licence)?.Trim());
        if (parsed.GetValue(NoConsent))
        {
            if (artist is not null || licence is not null)
                throw new UsageException("--no-consent came with --artist or --licence; wanted the one or the other.");
            terminal.Warn("Nobody's consent is on record: results say so, and publishing refuses.");
            return;
        }
        if (string.IsNullOrEmpty(artist) || string.IsNullOrEmpty(licence))
        {
            if (Console.IsInputRedirected)
                throw new UsageException($"'{folder.Path}' has no consent.json and nobody can be asked here; wanted --artist and --licence, or --no-consent.");
            terminal.Say("The folder does not say who allows that its pictures are used. It is you who states this; keep what the artist signed.");
            artist = string.IsNullOrEmpty(artist) ? terminal.Ask("Who made the pictures?") : artist;
            licence = string.IsNullOrEmpty(licence) ? terminal.Ask("Under which terms may they be used?") : licence;
        }
        new Consent(artist, licence).Write(folder.Path);
        terminal.Say($"{Path.Combine(folder.Path, Data.Consent.FileName)}: {artist}, {licence}");
    }

    private static TimeSpan? Time(string text)
    {
        if (DurationConverter.TryParse(text, out var time)) return time;
        var match = HoursAndMinutes().Match(text);
        return !match.Success || text.Length == 0 ? null : TimeSpan.FromMinutes((60 * Number("h")) + Number("m"));

        int Number(string group) => int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    [GeneratedRegex(@"^(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,5})m)?$")]
    private static partial Regex HoursAndMinutes();

    // Two folders of one name are two questions.
    private static string Digits(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..4];
}
