using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Experiments;

/// <summary>What an experiment tells of itself.</summary>
public sealed partial class ExperimentGrain
{
    private const int ResultsAtOnce = 64;

    public async Task<ExperimentStatus?> GetStatusAsync()
    {
        if (Submission is not { } submission)
            return null;
        var (cells, state) = (_cells, State());
        // Whoever sees that the cells are done must not take it that no report comes.
        var (report, reportWork) = (IsReportTime ? Waiting(_report?.Results ?? "") : _report, IsReporting ? _reportWork : null);
        var devices = state == ExperimentState.Finished && reportWork is null ? [] : await Scheduler.GetDevicesAsync();
        var obstacles = state == ExperimentState.Running || reportWork is not null ? await Scheduler.GetObstaclesAsync(Id) : [];
        CellWork[] open = [.. cells.SelectMany(cell => cell.Open), .. reportWork is null ? [] : new[] { reportWork }];
        var works = open.DistinctBy(work => work.Id.Key).ToDictionary(work => work.Id.Key, work => work.Id);
        var active = (await Task.WhenAll(devices
                .Where(device => device.Work is { } key && works.ContainsKey(key))
                .Select(async device => new ActiveWork(device, await GrainFactory.GetWork(works[device.Work!]).GetStatusAsync()))))
            .Where(work => work.Status.Phase == WorkPhase.Running)
            .ToDictionary(work => work.Device.Work!);
        return new()
        {
            Id = Id,
            Name = submission.Experiment.Name,
            State = state,
            Priority = submission.Priority ?? 0,
            SubmittedAt = _experimentState.State.SubmittedAt,
            Cells = [.. cells.Select(cell => CellStatus(cell, state, active, obstacles))],
            TimeLeft = state == ExperimentState.Running
                ? TimeEstimate.Left(cells, active, devices.Count(device => DeviceClass.Matches(_deviceClass, device.Device.Class)))
                : null,
            Report = reportWork is null ? report : active.GetValueOrDefault(reportWork.Id.Key) is { } making
                ? report! with { State = ReportState.Running, Progress = making.Status.Progress }
                : report! with { WaitsFor = obstacles.GetValueOrDefault(reportWork.Id.Key) },
        };
    }

    public async Task<List<RunResult>> GetResultsAsync()
    {
        var done = _cells.Where(cell => cell.Memory.Stage == CellState.Done).ToList();
        foreach (var chunk in done.Where(cell => cell.Result is null).Chunk(ResultsAtOnce))
            await Task.WhenAll(chunk.Select(LoadResultAsync));
        await EvaluateAgainAsync([.. done.Where(cell => cell.Result is null && cell.Memory.Stage == CellState.Done)]);
        return [.. done.Select(cell => cell.Result).OfType<RunResult>()];

        async Task LoadResultAsync(Cell cell)
        {
            var status = await GrainFactory.GetWork(cell.Evaluation().Id).GetStatusAsync();
            cell.Result = (status.Outcome as EvaluationDone)?.Result;
        }
    }

    // Who waits for the end looks at the tables next.
    private ExperimentState State() => _command switch
    {
        _ when IsFinished => _tableIsOld ? ExperimentState.Running : ExperimentState.Finished,
        ExperimentCommand.Pause => ExperimentState.Paused,
        ExperimentCommand.Cancel => ExperimentState.Cancelled,
        _ => ExperimentState.Running,
    };

    private ExperimentSummary Summary() => new()
    {
        Id = Id,
        Name = Submission!.Experiment.Name,
        State = State(),
        SubmittedAt = _experimentState.State.SubmittedAt,
        Cells = _cells.Count,
        Done = DoneCount,
        Failed = _cells.Count(cell => cell.Memory.HasFailed),
    };

    private static CellStatus CellStatus(
        Cell cell, ExperimentState state, Dictionary<string, ActiveWork> active, Dictionary<string, string> obstacles)
    {
        var works = cell.Open.Select(work => active.GetValueOrDefault(work.Id.Key)).OfType<ActiveWork>().ToList();
        return new()
        {
            Cell = cell.Index,
            RunId = cell.RunId,
            Label = cell.Label,
            State = cell.Memory switch
            {
                { HasFailed: true } => CellState.Failed,
                { Stage: CellState.Done } => CellState.Done,
                _ when state == ExperimentState.Paused => CellState.Paused,
                _ when state == ExperimentState.Cancelled => CellState.Cancelled,
                _ when works.Count == 0 => CellState.Waiting,
                var memory => memory.Stage,
            },
            Progress = cell.Memory.Stage == CellState.Sampling ? SamplingProgress(cell, active) : works.FirstOrDefault()?.Status.Progress,
            Where = works.Count == 0 ? null : string.Join(", ", works.Select(work => $"{work.Device.Silo} {work.Device.Device.Id}")),
            Attempts = works.Count == 0 ? cell.Memory.Attempts : works.Max(work => work.Status.Attempts[^1].Number),
            Error = works.Select(work => work.Status.Error).FirstOrDefault(error => error is not null) ?? cell.Memory.Error,
            WaitsFor = works.Count > 0 ? null
                : cell.WaitsForSource ? $"the run that it starts from, {cell.Source!.RunId}, is trained first"
                : cell.WaitsForBase is { } below ? $"the run whose icons it enlarges, {below.RunId}, is trained first"
                : cell.Open.Select(work => obstacles.GetValueOrDefault(work.Id.Key)).FirstOrDefault(sentence => sentence is not null),
            Scores = cell.Memory.Scores,
        };
    }

    // In icons, those of running batches in part.
    private static WorkProgress? SamplingProgress(Cell cell, Dictionary<string, ActiveWork> active)
    {
        var (icons, worked, memory, isKnown) = (0.0, TimeSpan.Zero, 0L, false);
        foreach (var batch in cell.Batches)
        {
            var progress = active.GetValueOrDefault(batch.Id.Key)?.Status.Progress;
            icons += batch.Done is not null ? batch.Count : batch.Count * (progress?.Share ?? 0);
            worked += batch.Done?.Time ?? progress?.Worked ?? TimeSpan.Zero;
            memory = Math.Max(memory, progress?.MemoryBytes ?? 0);
            isKnown |= batch.Done is not null || progress is not null;
        }
        return isKnown
            ? new() { Done = icons, Total = cell.Spec.Sampling.Count, Worked = worked, MemoryBytes = memory > 0 ? memory : null }
            : null;
    }
}

/// <summary>Work that runs on a device.</summary>
internal sealed record ActiveWork(DeviceStatus Device, WorkStatus Status);
