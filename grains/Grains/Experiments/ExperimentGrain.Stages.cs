using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Experiments;

/// <summary>What each stage of a cell asks for, and what it takes from its end into the next.</summary>
public sealed partial class ExperimentGrain
{
    // Whether it went on to another stage.
    private Task<bool> StepAsync(Cell cell) => cell.Memory switch
    {
        { HasFailed: true } or { Stage: CellState.Done } => Task.FromResult(false),
        { Stage: CellState.Training } => TrainAsync(cell),
        { Stage: CellState.Sampling } => SampleAsync(cell),
        _ => EvaluateAsync(cell),
    };

    private async Task<bool> TrainAsync(Cell cell)
    {
        if (cell.WaitsForSource)
            return cell.Source!.Memory.HasFailed && Fail(cell, $"The run that it starts from, {cell.Source.RunId}, has failed.", attempts: 0);
        var work = cell.Training();
        var status = await AskAsync(cell, work);
        if (status?.Phase == WorkPhase.Failed)
            return Fail(cell, status);
        if (status?.Outcome is not TrainingDone done)
            return Open(cell, [work]);
        Forget(cell, [work]);
        GoTo(cell, cell.Memory with { Stage = CellState.Sampling, Training = done.Summary });
        LineUpThoseFrom(cell);
        return true;
    }

    private async Task<bool> SampleAsync(Cell cell)
    {
        if (cell.WaitsForBase is { } below)
            return below.Memory.HasFailed && Fail(cell, $"The run whose icons it enlarges, {below.RunId}, has failed.", attempts: 0);
        if (cell.Batches.Count == 0)
            cell.BeginSampling();
        var failure = (await Task.WhenAll(cell.Batches.Where(batch => batch is { Done: null, IsAsked: false })
            .Select(batch => AskBatchAsync(cell, batch)))).FirstOrDefault(status => status is not null);
        var open = cell.Batches.Where(batch => batch.Done is null).ToList();
        if (failure is not null)
        {
            _unwanted.AddRange(open.Select(batch => batch.Id));
            cell.Doubt();
            return Fail(cell, failure);
        }
        if (open.Count > 0 && SamplingRule.IsOver(cell.Batches, cell.Spec.Sampling.Budget))
        {
            await Task.WhenAll(open.Select(FindOutWhetherBegunAsync));
            _unwanted.AddRange(open.Where(batch => !batch.HasBegun).Select(batch => batch.Id));
            open.RemoveAll(batch => !batch.HasBegun);
        }
        if (open.Count > 0)
            return Open(cell, open);
        var sampling = SamplingRule.Sum(cell.Batches);
        Forget(cell, cell.Batches);
        cell.EndSampling();
        return GoTo(cell, cell.Memory with { Stage = CellState.Evaluating, Sampling = sampling });
    }

    private async Task<bool> EvaluateAsync(Cell cell)
    {
        var work = cell.Evaluation();
        var status = await AskAsync(cell, work);
        if (status?.Phase == WorkPhase.Failed)
            return Fail(cell, status);
        if (status?.Outcome is not EvaluationDone done)
            return Open(cell, [work]);
        Forget(cell, [work]);
        cell.Result = done.Result;
        _tableIsOld = _isReportDue = true;
        return GoTo(cell, cell.Memory with { Stage = CellState.Done, Scores = done.Result.Scores });
    }

    // What an evaluation found is nowhere but with it. A database that was set back to an earlier state may know of the cell's end and not of its
    // evaluation's, which then reads again what lies in the run's folder.
    private async Task EvaluateAgainAsync(IReadOnlyList<Cell> forgotten)
    {
        if (forgotten.Count == 0)
            return;
        foreach (var cell in forgotten)
        {
            Become(cell, cell.Memory with { Stage = CellState.Evaluating });
            LogForgotten(Id, cell.Index, cell.RunId);
        }
        _tableIsOld = true;
        if (_command == ExperimentCommand.Run)
            await GoOnAsync();
        else
            await SaveAsync();
    }

    // The status if it failed.
    private async Task<WorkStatus?> AskBatchAsync(Cell cell, Batch batch)
    {
        var status = await AskAsync(cell, batch);
        if (status?.Phase == WorkPhase.Failed)
            return status;
        batch.Done = (status?.Outcome as SamplesDone)?.Summary;
        batch.IsAsked = true;
        return null;
    }

    /// <summary>Makes sure that a work grain knows what to do; its status if it has ended.</summary>
    private async Task<WorkStatus?> AskAsync(Cell cell, CellWork work)
    {
        if (!_listeners.TryGetValue(work.Id.Key, out var listeners))
            _listeners.Add(work.Id.Key, listeners = []);
        listeners.Add(cell);
        var grain = GrainFactory.GetWork(work.Id);
        if (!work.IsPrepared && await grain.PrepareAsync(work.Spec, cell.Memory.IsRetried) is WorkPhase.Queued or WorkPhase.Running)
        {
            work.IsPrepared = true;
            return null;
        }
        var status = await grain.GetStatusAsync();
        work.IsPrepared = status.Phase != WorkPhase.None;
        return status.Phase is WorkPhase.Done or WorkPhase.Failed ? status : null;
    }

    private async Task FindOutWhetherBegunAsync(Batch batch)
    {
        var status = await GrainFactory.GetWork(batch.Id).GetStatusAsync();
        batch.HasBegun = status.Phase == WorkPhase.Running || status.Attempts.Count > 0;
    }

    private bool Open(Cell cell, IEnumerable<CellWork> works)
    {
        cell.Open = [.. works];
        if (cell.Memory.IsRetried)
            Become(cell, cell.Memory with { IsRetried = false });
        return false;
    }

    private bool GoTo(Cell cell, CellMemory next)
    {
        cell.Open = [];
        Become(cell, next with { Attempts = 0, Error = null });
        LogStage(Id, cell.Index, cell.RunId, next.Stage);
        return true;
    }

    private bool Fail(Cell cell, WorkStatus status) => Fail(cell, status.Error, status.Attempts.Count);

    private bool Fail(Cell cell, string? error, int attempts)
    {
        cell.Open = [];
        Become(cell, cell.Memory with { HasFailed = true, IsRetried = false, Error = error, Attempts = attempts });
        LogFailed(Id, cell.Index, cell.RunId, error);
        LineUpThoseFrom(cell);
        return false;
    }

    // The cells that wait for its training, to begin theirs or to enlarge its icons, whatever has become of it.
    private void LineUpThoseFrom(Cell source)
    {
        foreach (var cell in _cells.Where(cell => (cell.Source == source || cell.Bases.Contains(source)) && !cell.Memory.IsFinal))
            LineUp(cell, _due);
    }

    private void Become(Cell cell, CellMemory next)
    {
        cell.Memory = next;
        _isChanged = true;
    }

    private void Forget(Cell cell, IEnumerable<CellWork> works)
    {
        foreach (var key in works.Select(work => work.Id.Key))
        {
            if (_listeners.TryGetValue(key, out var cells) && cells.Remove(cell) && cells.Count == 0)
                _listeners.Remove(key);
        }
    }
}
