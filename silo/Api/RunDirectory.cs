using System.Collections.Concurrent;
using IconDiffusion.Grains;
using IconDiffusion.Grains.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace IconDiffusion.Silo.Api;

/// <summary>Finds runs by their ids: through the experiments that hold them, which also know the class of device in a run's grain key.</summary>
internal sealed class RunDirectory(IGrainFactory grains)
{
    // A run once seen in an experiment stays a run of that experiment.
    private readonly ConcurrentDictionary<string, (string Experiment, string DeviceClass)> _known = [];

    /// <summary>Where a run stands; null: no experiment has it.</summary>
    public async Task<RunStatus?> FindAsync(string runId)
    {
        if (await PlaceAsync(runId) is not { } place)
            return null;
        var experiment = grains.GetGrain<IExperimentGrain>(place.Experiment);
        var cell = (await experiment.GetStatusAsync())?.Cells.FirstOrDefault(cell => cell.RunId == runId);
        var training = await TrainingAsync(runId, place);
        var spec = (training.Spec as RunWork)?.Run ?? await SpecAsync(experiment, cell);
        return spec is null ? null : new()
        {
            RunId = runId,
            Spec = spec,
            State = cell?.State ?? StateOf(training.Phase),
            Progress = cell?.Progress ?? training.Progress,
            Attempts = [.. training.Attempts],
            Training = (training.Outcome as TrainingDone)?.Summary,
            Error = cell?.Error ?? training.Error,
        };
    }

    /// <summary>What a trained run was trained as, the experiment that holds it, and the class of device that it asks for.</summary>
    /// <exception cref="ApiException">There is no such run, or it is not trained to its end.</exception>
    public async Task<(RunWork Trained, string Experiment, string DeviceClass)> TrainedAsync(string runId)
    {
        var place = await PlaceAsync(runId) ?? throw new ApiException(StatusCodes.Status404NotFound, $"There is no run '{runId}'.");
        return await TrainingAsync(runId, place) is { Phase: WorkPhase.Done, Spec: RunWork trained }
            ? (trained, place.Experiment, place.DeviceClass)
            : throw new ApiException(StatusCodes.Status409Conflict, $"The run {runId} is not trained to its end yet.");
    }

    private Task<WorkStatus> TrainingAsync(string runId, (string Experiment, string DeviceClass) place) => grains.GetWork(new(WorkKind.Training, $"{runId}@{place.DeviceClass}")).GetStatusAsync();

    private async Task<(string Experiment, string DeviceClass)?> PlaceAsync(string runId)
    {
        if (_known.TryGetValue(runId, out var known))
            return known;
        if (await SearchAsync(runId) is not { } found)
            return null;
        return _known[runId] = found;
    }

    private async Task<(string, string)?> SearchAsync(string runId)
    {
        foreach (var summary in await grains.GetGrain<IExperimentIndexGrain>("default").ListAsync())
        {
            var experiment = grains.GetGrain<IExperimentGrain>(summary.Id);
            if ((await experiment.GetStatusAsync())?.Cells.Any(cell => cell.RunId == runId) ?? false)
                return (summary.Id, DeviceClass.Normalize((await experiment.GetSubmissionAsync())?.Experiment.Gpu));
        }
        return null;
    }

    private static async Task<RunSpec?> SpecAsync(IExperimentGrain experiment, CellStatus? cell) =>
        cell is null ? null : (await experiment.GetSubmissionAsync())?.RunAt(cell.Cell);

    private static CellState StateOf(WorkPhase phase) => phase switch
    {
        WorkPhase.Running => CellState.Training,
        WorkPhase.Done => CellState.Done,
        WorkPhase.Failed => CellState.Failed,
        _ => CellState.Waiting,
    };
}
