using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using IconDiffusion.Client.Commands;
using IconDiffusion.Imaging;
using Spectre.Console;

namespace IconDiffusion.Client;

/// <summary>The commands and the one place where failures become a sentence and an exit code.</summary>
internal static partial class CommandLine
{
    public static Option<bool> JsonOption { get; } = new("--json")
    {
        Description = "Write the result to standard output as one JSON document.",
        Recursive = true,
    };

    public static Option<string> DataOption { get; } = new("--data")
    {
        Description = "Folder that holds runs, data sets and weights. Also: ICONDIFFUSION_DATA.",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ICONDIFFUSION_DATA") is { Length: > 0 } folder ? folder : "artifacts",
    };

    public static Option<string[]> DeviceOption { get; } = new("--device")
    {
        Description = "auto (CUDA GPUs where there are any, else the CPU), cpu, cuda or cuda:N. A silo takes several, and names of your own.",
        HelpName = "DEVICE",
        Recursive = true,
        DefaultValueFactory = _ => ["auto"],
    };

    public static Option<int> ThreadsOption { get; } = new("--threads")
    {
        Description = "CPU threads; results are equal to the bit only for an equal number.",
        HelpName = "N",
        Recursive = true,
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    /// <summary>Of the commands that draw <c>noto-faces</c>.</summary>
    public static Option<string?> EmojiFontOption { get; } = new("--emoji-font")
    {
        Description = $"File of the Noto Color Emoji font that noto-faces are drawn from (default: the installed one). Also: {EmojiFont.FileVariable}.",
        HelpName = "FILE",
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            """
            Can a generator trained from scratch make new icons in an illustrator's style, or does it copy?

            Examples:
              icon run grids/quickstart.json                       train, sample, score and show
              icon plan grids/preprint-ddpm.json                   what would be run, and for how long
              icon evaluate --training DIR --generated DIR         FID, MAE and NWI of two folders
            """)
        {
            RunCommand.Create(),
            SiloCommand.Create(),
            ClusterCommand.Create(),
            SubmitCommand.Create(),
            WatchCommand.Create(),
            StatusCommand.Create(),
            DashboardCommand.Create(),
            ResultsCommand.Create(),
            LogsCommand.Create(),
            PlanCommand.Create(),
            ReportCommand.Create(),
            SampleCommand.Create(),
            EvaluateCommand.Create(),
            CompareCommand.Create(),
            CalibrateCommand.Create(),
            DatasetCommand.Create(),
            ConsentCommand.Create(),
            PublishCommand.Create(),
            WeightsCommand.Create(),
            DoctorCommand.Create(),
        };
        foreach (var command in ControlCommands.Create())
            root.Subcommands.Add(command);
        root.Options.Add(JsonOption);
        root.Options.Add(DataOption);
        root.Options.Add(DeviceOption);
        root.Options.Add(ThreadsOption);
        ThreadsOption.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var threads and (< 1 or > 1024))
                result.AddError($"--threads is {threads}; wanted 1 to 1024.");
        });

        var parsed = root.Parse(args);
        // A list of commands says what each is for; their own help tells the rest.
        foreach (var command in parsed.CommandResult.Command.Subcommands)
            command.Description = FirstSentence().Match(command.Description!.ReplaceLineEndings(" ")).Value;
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync($"icon: {error.Message}");
            await Console.Error.WriteLineAsync($"icon: see 'icon {string.Join(' ', CommandPath(parsed).Append("--help"))}'");
            return ExitCode.WrongInput;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("icon: stopped; the same command goes on from the last checkpoint.");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (Failures.Explain(exception) is { } failure)
        {
            await Console.Error.WriteLineAsync($"icon: {failure.Message}");
            return failure.ExitCode;
        }
    }

    [GeneratedRegex(@"^.*?\.(?=\s|$)")]
    private static partial Regex FirstSentence();

    private static Stack<string> CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Parent: not null } command; result = result.Parent)
            names.Push(command.Command.Name);
        return names;
    }
}
