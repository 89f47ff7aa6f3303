using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Experiments;

/// <summary>The list of all experiments.</summary>
public sealed class ExperimentIndexGrain([PersistentState("experiment-index")] IPersistentState<IndexMemory> state)
    : Grain, IExperimentIndexGrain
{
    public async Task NoteAsync(ExperimentSummary summary)
    {
        var before = state.State;
        if (before.Experiments.Contains(summary))
            return;
        state.State = new() { Experiments = [.. before.Experiments.Where(other => other.Id != summary.Id), summary] };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State = before;
            throw;
        }
    }

    public Task<List<ExperimentSummary>> ListAsync() =>
        Task.FromResult(state.State.Experiments.OrderByDescending(experiment => experiment.SubmittedAt).ToList());
}

/// <summary>What the index keeps.</summary>
public sealed record IndexMemory
{
    public EquatableList<ExperimentSummary> Experiments { get; init; } = [];
}
