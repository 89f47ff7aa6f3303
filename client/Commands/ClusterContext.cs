using System.CommandLine;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Commands;

/// <summary>What every command that talks to a silo has: its options, read once, and the connection.</summary>
internal sealed class ClusterContext : IDisposable
{
    private static readonly Option<string[]> Url = new("--url")
    {
        Description = "The silo: the whole address that it printed for other machines, such as https://desktop:5480#FINGERPRINT (default: the one that runs on the data folder). May be repeated for silos of one cluster: whoever answers is asked, and when it is gone, another. Also: ICONDIFFUSION_URL, with spaces between.",
        HelpName = "URL",
    };

    private static readonly Option<string[]> Token = new("--token")
    {
        Description = "The silo's token (default: the data folder's); of several silos one for all, or one for each in their order. Also: ICONDIFFUSION_TOKEN, which other users of this machine can't see.",
        HelpName = "TOKEN",
    };

    private readonly Lazy<SiloClient> _silo;

    private ClusterContext(ParseResult parsed)
    {
        (Terminal, Data) = (new(parsed.GetValue(CommandLine.JsonOption)), new(parsed.GetValue(CommandLine.DataOption)!));
        HasSilo = SiloEndpoint.IsNamedOrRuns(parsed.GetValue(Url), Data);
        _silo = new(() => new(() => SiloEndpoint.Find(parsed.GetValue(Url), parsed.GetValue(Token), Data)));
    }

    public Terminal Terminal { get; }

    public DataFolder Data { get; }

    /// <summary>Whether a silo was named, or one runs on the data folder.</summary>
    public bool HasSilo { get; }

    /// <exception cref="SiloException">There is none.</exception>
    public SiloClient Silo => _silo.Value;

    /// <summary>Gives a command the options and its action.</summary>
    public static Command Complete(Command command, Func<ClusterContext, ParseResult, CancellationToken, Task<int>> act)
    {
        command.Options.Add(Url);
        command.Options.Add(Token);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var context = new ClusterContext(parsed);
            return await act(context, parsed, cancellation);
        });
        return command;
    }

    /// <summary>The argument that names an experiment.</summary>
    public static Argument<string> ExperimentArgument() =>
        new("experiment") { Description = "Id, a unique beginning of it, or name (the newest of that name)." };

    public void Dispose()
    {
        if (_silo.IsValueCreated)
            _silo.Value.Dispose();
    }

    public Task<ExperimentSummary> FindAsync(string? experiment, CancellationToken cancellation) =>
        ExperimentName.FindAsync(Silo, experiment, Terminal.Say, cancellation);

    /// <summary>The experiment's results so far; the silo tells where they lie.</summary>
    public async Task<ExperimentReport> ReportAsync(string id, CancellationToken cancellation)
    {
        var status = await Silo.GetExperimentAsync(id, cancellation);
        return ExperimentReport.Of(
            status, await Silo.GetResultsAsync(id, cancellation), new((await Silo.GetSiloAsync(cancellation)).Data), status.SubmittedAt);
    }

    /// <summary>
    /// Follows an experiment to its end and shows what came out. Ctrl+C ends the following alone. The exit code is 1 unless
    /// every cell is done.
    /// </summary>
    public async Task<int> FollowAsync(string id, CancellationToken cancellation)
    {
        using var stop = Terminal.OnStop($"icon: no longer watching {id}; the silo goes on (icon watch {id})", cancellation);
        try
        {
            var last = await ExperimentFollower.FollowAsync(Terminal, Silo, id, Terminal.Json, stop.Token);
            if (!Terminal.Json && await ReportAsync(id, stop.Token) is var report)
                Terminal.Result(report, report.Render);
            return last.Cells.All(cell => cell.State == CellState.Done) ? ExitCode.Success : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }
}
