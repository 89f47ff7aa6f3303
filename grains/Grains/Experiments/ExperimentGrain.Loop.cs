using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Storage;

namespace IconDiffusion.Grains;

/// <summary>The loop that brings cells forward: first those whose work has just ended, then the others in their order.</summary>
public sealed partial class ExperimentGrain
{
    private const int CellsAtOnce = 32;
    private const int SlowTicks = 5;
    private readonly Queue<Cell> _urgent = new();
    private readonly Queue<Cell> _due = new();
    private readonly List<Cell> _postponed = [];
    private readonly List<WorkId> _unwanted = [];

    // Who waits for the end of which work.
    private readonly Dictionary<string, HashSet<Cell>> _listeners = [];
    private TaskCompletionSource _urgentRound = new();
    private Task _loop = Task.CompletedTask;
    private bool _isLooping;
    private bool _mustWithdraw;
    private bool _mustAskAgain;
    private bool _hasReminder = true;
    private bool _isChanged;
    private bool _tableIsOld;
    private int _ticks;

    private bool HasWork => _mustWithdraw || (_command == ExperimentCommand.Run && (_urgent.Count > 0 || _due.Count > 0 || _mustAskAgain));

    // Whether it stood in no line before.
    private static bool LineUp(Cell cell, Queue<Cell> line)
    {
        if (cell.IsDue)
            return false;
        cell.IsDue = true;
        line.Enqueue(cell);
        return true;
    }

    private void LineUpAll()
    {
        foreach (var cell in _cells.Where(cell => !cell.Memory.IsFinal))
        {
            cell.Doubt();
            LineUp(cell, _due);
        }
    }

    private Task WakeAsync()
    {
        if (!_isLooping)
        {
            _isLooping = true;
            _loop = LoopAsync();
        }
        return _loop;
    }

    private async Task LoopAsync()
    {
        try
        {
            while (HasWork)
                await PassAsync();
            if (IsFinished || _command != ExperimentCommand.Run)
                await CloseAsync();
        }
        catch (InconsistentStateException)
        {
            // Another activation of this experiment has taken over.
            DeactivateOnIdle();
        }
        catch (Exception failure)   // Asked again with the next tick.
        {
            LogLoop(failure, Id);
        }
        finally
        {
            _isLooping = false;
            EndRound();
        }
    }

    private async Task PassAsync()
    {
        if (_mustWithdraw)
        {
            await Scheduler.WithdrawAsync(Id);
            _mustWithdraw = false;
            return;
        }
        if (_mustAskAgain)
        {
            _mustAskAgain = false;
            await RequestAsync(_cells);
        }
        var isUrgent = _urgent.Count > 0;
        var line = isUrgent ? _urgent : _due;
        var cells = new List<Cell>();
        while (cells.Count < CellsAtOnce && line.TryDequeue(out var cell))
            cells.Add(cell);
        try
        {
            await Task.WhenAll(cells.Select(AdvanceAsync));
            await RequestAsync(cells);
        }
        catch
        {
            _postponed.AddRange(cells);
            throw;
        }
        finally
        {
            if (isUrgent && _urgent.Count == 0)
                EndRound();
        }
    }

    private void EndRound()
    {
        var round = _urgentRound;
        _urgentRound = new(TaskCreationOptions.RunContinuationsAsynchronously);
        round.TrySetResult();
    }

    private async Task RequestAsync(IReadOnlyList<Cell> cells)
    {
        var unwanted = _unwanted.ToList();
        _unwanted.Clear();
        if (unwanted.Count > 0)
            await Scheduler.WithdrawWaitingAsync(Id, unwanted);
        var wanted = cells.SelectMany(cell => cell.Open.Where(work => !work.IsRequested).Select(work => (cell, work))).ToList();
        if (wanted.Count == 0 || _command != ExperimentCommand.Run || _mustWithdraw)
            return;
        await Scheduler.RequestAsync([.. wanted.Select(pair => new Ticket
        {
            Work = pair.work.Id,
            Experiment = Id,
            Priority = Submission!.Priority,
            Cell = pair.cell.Index,
            MemoryBytes = pair.work.MemoryBytes(_services),
        })]);
        foreach (var (_, work) in wanted)
            work.IsRequested = true;
    }

    private async Task AdvanceAsync(Cell cell)
    {
        cell.IsDue = false;
        try
        {
            while (await StepAsync(cell))
            {
            }
        }
        catch (Exception failure)   // A grain that does not answer; asked again later.
        {
            LogPostponed(failure, Id, cell.Index);
            cell.Doubt();
            _postponed.Add(cell);
        }
    }

    // Whether it went on to another stage.
    private Task<bool> StepAsync(Cell cell) => cell.Memory switch
    {
        { HasFailed: true } or { Stage: CellStage.Done } => Task.FromResult(false),
        { Stage: CellStage.Training } => TrainAsync(cell),
        { Stage: CellStage.Sampling } => SampleAsync(cell),
        _ => EvaluateAsync(cell),
    };

    private async Task<bool> TrainAsync(Cell cell)
    {
        var work = cell.Training();
        var status = await AskAsync(cell, work);
        if (status?.Phase == WorkPhase.Failed)
            return Fail(cell, status);
        if (status?.Outcome is not TrainingDone done)
            return Open(cell, [work]);
        Forget(cell, [work]);
        return GoTo(cell, cell.Memory with { Stage = CellStage.Sampling, Training = done.Summary });
    }

    private async Task<bool> SampleAsync(Cell cell)
    {
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
        return GoTo(cell, cell.Memory with { Stage = CellStage.Evaluating, Sampling = sampling });
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
        _tableIsOld = true;
        return GoTo(cell, cell.Memory with { Stage = CellStage.Done, Scores = done.Result.Scores });
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

    private bool Fail(Cell cell, WorkStatus status)
    {
        cell.Open = [];
        Become(cell, cell.Memory with
        {
            HasFailed = true, IsRetried = false, Error = status.Error, Attempts = status.Attempts.Count,
        });
        LogFailed(Id, cell.Index, cell.RunId, status.Error);
        return false;
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

    /// <summary>Nothing is left to ask for: everything is written, and no reminder is needed.</summary>
    private async Task CloseAsync()
    {
        if (!_hasReminder)
            return;
        await WriteTableAsync();
        await SaveAsync();
        var reminder = await this.GetReminder(Unfinished);
        if (_command == ExperimentCommand.Run && !IsFinished)
            return;
        _hasReminder = false;
        if (reminder is not null)
            await this.UnregisterReminder(reminder);
        LogClosed(Id, State(), _cells.Count(cell => cell.Memory.Stage == CellStage.Done), _cells.Count(cell => cell.Memory.HasFailed));
    }

    private async Task TickAsync()
    {
        if (Submission is null)
            return;
        if (_isChanged)
            await SaveAsync();
        if (++_ticks % SlowTicks == 0)
        {
            await WriteTableAsync();
            foreach (var cell in _postponed)
                LineUp(cell, _due);
            _postponed.Clear();
        }
        if (HasWork || (_hasReminder && (IsFinished || _command != ExperimentCommand.Run)))
            await WakeAsync();
    }

    private async Task WriteTableAsync()
    {
        if (!_tableIsOld)
            return;
        _tableIsOld = false;
        _services.WriteTable(Id, await GetResultsAsync());
    }
}
