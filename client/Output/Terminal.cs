using System.Text.Json;
using IconDiffusion.Client;
using IconDiffusion.Specs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Client.Output;

/// <summary>
/// Where a command writes. Results go to standard output: a table for people, or with <c>--json</c> one JSON document.
/// Progress and remarks go to standard error: live on a terminal, plain lines elsewhere.
/// </summary>
internal sealed class Terminal
{
    /// <summary>What to say at Ctrl+C to those who wait for work of this process.</summary>
    public const string AfterCheckpoint = "icon: stopping after a checkpoint (once more to stop at once)";

    public Terminal(bool json)
    {
        Json = json;
        Out = Create(Console.Out, Console.IsOutputRedirected);
        Error = Create(Console.Error, Console.IsErrorRedirected);
    }

    /// <summary>Whether standard output carries JSON alone.</summary>
    public bool Json { get; }

    /// <summary>Results.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Progress and remarks.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>Whether someone watches the progress live.</summary>
    public bool Live => !Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi;

    /// <summary>One plain line of progress or a remark.</summary>
    public void Say(string line) => Error.WriteLine(Speech.Say(line));

    /// <summary>Asks for a yes or a no.</summary>
    /// <param name="why">What is to be decided, for where nobody can be asked.</param>
    /// <param name="byDefault">What an empty answer means.</param>
    /// <exception cref="UsageException">Input is redirected; <c>--yes</c> says it beforehand.</exception>
    public bool Confirm(string question, string why, bool byDefault) =>
        Console.IsInputRedirected ? throw new UsageException($"{why} and nobody can be asked here; wanted --yes.") : Error.Confirm(Speech.Say(question), byDefault);

    /// <summary>Asks for some words.</summary>
    public string Ask(string question) => Error.Ask<string>(Speech.Say(question));

    /// <summary>What the reader should know, though the work goes on.</summary>
    public void Warn(string sentence) => Say($"icon: warning: {sentence}");

    /// <summary>Ctrl+C, SIGTERM, and that nobody reads any more what is written here, as a cancellation.</summary>
    /// <param name="message">Said at the first of them.</param>
    public static StopSignals OnStop(string message, CancellationToken outer) => new StopSignals(() => Console.Error.WriteLine(Speech.Say(message)), outer).WithReaders();

    /// <summary>The command's result: <paramref name="document"/> as JSON, or what <paramref name="show"/> returns.</summary>
    public void Result<T>(T document, Func<IEnumerable<IRenderable>> show)
    {
        if (Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(document, SpecJson.Indented));
            return;
        }
        foreach (var part in show())
        {
            Out.Write(part);
            if (part is not Table)
                Out.WriteLine();
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
            console.Profile.Width = 160;
        return console;
    }
}
