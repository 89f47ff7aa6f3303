using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using IconDiffusion.Client.Output;

namespace IconDiffusion.Client.Commands;

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

    /// <summary>The language of what this process says.</summary>
    public static Option<string> LangOption { get; } = Lang();

    // As a list of the commands has them.
    private static readonly string[] Order =
    [
        "ask", "run", "silo", "cluster", "submit", "watch", "status", "dashboard", "results", "logs", "plan", "report", "sample", "upscale", "evaluate", "compare",
        "calibrate", "dataset", "consent", "publish", "demo", "weights", "doctor", "completion", "pause", "resume", "cancel", "retry",
        "token", "backup", "restore",
    ];

    /// <summary>Works a command line off.</summary>
    /// <param name="local">Commands beside those of a silo that is asked over HTTP; one of the same name takes the place of that.</param>
    /// <param name="explain">From a failure to a sentence and an exit code; null: it is a bug.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, IEnumerable<Command> local, Func<Exception, (string Message, int ExitCode)?> explain)
    {
        var root = new Command("icon",
            """
            Can a generator trained from scratch make new icons in an illustrator's style, or does it copy?

            What most people want first:
              icon ask my-icons                   the answer for a folder of pictures, with no file to write
              icon run grids/quickstart.json      an experiment, from its training to its report
              icon watch                          what a silo is doing, live
            """);
        Command[] remote =
        [
            SubmitCommand.Create(), WatchCommand.Create(), StatusCommand.Create(), DashboardCommand.Create(), ResultsCommand.Create(), LogsCommand.Create(),
            ExperimentReportCommand.Create(), CompletionCommand.Create(), .. ControlCommands.Create(), TokenCommand.Create(),
        ];
        foreach (var command in local.Concat(remote).DistinctBy(command => command.Name).OrderBy(command => Array.IndexOf(Order, command.Name)))
            root.Subcommands.Add(command);
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        root.Options.Add(JsonOption);
        root.Options.Add(DataOption);
        root.Options.Add(DeviceOption);
        root.Options.Add(ThreadsOption);
        root.Options.Add(LangOption);
        ThreadsOption.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var threads and (< 1 or > 1024))
                result.AddError($"--threads is {threads}; wanted 1 to 1024.");
        });

        if (CompletionCommand.Asked(args) is (var line, var position))
        {
            // The silo's executable knows the options of every command.
            if (SiloProgram.IsHere && root.Subcommands.OfType<ForeignCommand>().Any())
                return await SiloProgram.BecomeAsync(root.Name, args);
            foreach (var completion in root.Parse(line).GetCompletions(position))
                Console.WriteLine(completion.Label);
            return ExitCode.Success;
        }
        var parsed = root.Parse(args);
        Speech.Speak(parsed.GetResult(LangOption) is { } lang && lang.Errors.Any() ? Speech.Wanted(Environment.GetEnvironmentVariable) : parsed.GetValue(LangOption)!);
        // A list of commands says what each is for; their own help tells the rest.
        foreach (var command in parsed.CommandResult.Command.Subcommands)
            command.Description = Speech.Say(FirstSentence().Match(command.Description!.ReplaceLineEndings(" ")).Value);
        Say(parsed.CommandResult.Command);
        var foreign = Commands(parsed).OfType<ForeignCommand>().FirstOrDefault(command => command.Takes(parsed));
        if (foreign is null && parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(Speech.Say($"icon: {Sentence(error)}"));
            await Console.Error.WriteLineAsync(Speech.Say($"icon: see 'icon {string.Join(' ', Commands(parsed).Skip(1).Select(command => command.Name).Append("--help"))}'"));
            return ExitCode.WrongInput;
        }
        try
        {
            return foreign is not null ? await SiloProgram.BecomeAsync(foreign.Name, args) : await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(Speech.Say("icon: stopped; the same command goes on from the last checkpoint."));
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (explain(exception) is { } failure)
        {
            await Console.Error.WriteLineAsync(Speech.Say($"icon: {failure.Message}"));
            return failure.ExitCode;
        }
    }

    private static Option<string> Lang()
    {
        var option = new Option<string>("--lang")
        {
            Description = "Language of what is said: en or ja. Also: LC_ALL, LC_MESSAGES, LANG.",
            HelpName = "LANG",
            Recursive = true,
            DefaultValueFactory = _ => Speech.Wanted(Environment.GetEnvironmentVariable),
        };
        option.CompletionSources.Add([.. Speech.Codes]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var asked }] && !Speech.Codes.Contains(asked))
                result.AddError($"--lang is '{asked}'; wanted {string.Join(" or ", Speech.Codes)}.");
        });
        return option;
    }

    // A command's help: what it does, and what its options mean, as far as the language has it.
    private static void Say(Command command)
    {
        var english = command.Description!.ReplaceLineEndings("\n");
        var first = FirstSentence().Match(english.ReplaceLineEndings(" ")).Value;
        command.Description = !command.Parents.Any() ? Speech.Say(english) : Speech.Say(first) is var said && said != first ? $"{said}\n\n{english}" : english;
        foreach (var argument in command.Arguments)
            argument.Description = argument.Description is { } meaning ? Speech.Say(meaning) : null;
        foreach (var option in command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options)))
            option.Description = option.Description is { } meaning ? Speech.Say(meaning) : null;
    }

    // The parser's own sentence on a number names a type of .NET.
    private static string Sentence(ParseError error) =>
        (error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is { Option: var option, Tokens: [.., { Value: var text }] }
        && (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) == typeof(int) && !int.TryParse(text, out _)
            ? $"{option.Name} is {text}; wanted a whole number{(text.TrimStart('-').All(char.IsAsciiDigit) ? $" from {int.MinValue} to {int.MaxValue}" : "")}."
            : error.Message;

    [GeneratedRegex(@"^.*?\.(?=\s|$)")]
    private static partial Regex FirstSentence();

    // From the root to the one that is meant.
    private static Stack<Command> Commands(ParseResult parsed)
    {
        var commands = new Stack<Command>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
            commands.Push(command.Command);
        return commands;
    }
}
