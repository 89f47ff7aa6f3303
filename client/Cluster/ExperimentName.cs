using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Client.Cluster;

/// <summary>From what a person types to an experiment: its id, its name (the newest of that name) or a unique beginning of its id.</summary>
internal static class ExperimentName
{
    /// <param name="typed">Null: the newest that is not at its end, else the newest.</param>
    /// <param name="say">Told which one was taken where it was a choice.</param>
    /// <exception cref="SiloException">There is none, or several begin so.</exception>
    public static async Task<ExperimentSummary> FindAsync(SiloClient silo, string? typed, Action<string> say, CancellationToken cancellation)
    {
        var all = await silo.GetExperimentsAsync(cancellation);
        if (all.Count == 0)
            throw new SiloException($"Nothing was submitted to the silo at {silo.Url} yet: icon submit FILE.", ExitCode.WrongInput);
        if (typed is null)
        {
            var newest = all.Find(e => !e.State.IsEnd()) ?? all[0];
            if (all.Count > 1)
                say($"{newest.Id}, of {all.Count} experiments");
            return newest;
        }
        if (all.Find(e => e.Id == typed) is { } exact)
            return exact;
        if (all.FindAll(e => e.Name == typed) is { Count: > 0 } named)
        {
            if (named.Count > 1)
                say($"{named[0].Id}, the newest of {named.Count} experiments named '{typed}'");
            return named[0];
        }
        return all.FindAll(e => e.Id.StartsWith(typed, StringComparison.Ordinal)) switch
        {
            [var only] => only,
            [] => throw new SiloException($"There is no experiment '{typed}'; there {(all.Count == 1 ? "is" : "are")} {Names(all)}.", ExitCode.WrongInput),
            var several => throw new SiloException($"'{typed}' begins several experiments: {Names(several)}; wanted more of one.", ExitCode.WrongInput),
        };
    }

    private static string Names(List<ExperimentSummary> experiments) =>
        string.Join(", ", experiments.Take(10).Select(e => e.Id)) + (experiments.Count > 10 ? $" and {experiments.Count - 10} more" : "");
}
