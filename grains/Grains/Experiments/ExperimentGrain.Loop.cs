using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Storage;

namespace IconDiffusion.Grains.Experiments;

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
    private int _reminderChanges;
    private bool _isChanged;
    private bool _tableIsOld;
    private int _tableRows;
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
            do
            {
                while (HasWork)
                    await PassAsync();
                if (IsFinished || _command != ExperimentCommand.Run)
                    await CloseAsync();
                else if (MustReport)
                    await AskForReportAsync();
            }
            while (HasWork);   // What came meanwhile need not wait for the next tick.
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
            if (_reportWork is not null)
                _reportWork.IsRequested = false;
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
        await RequestAsync([.. wanted.Select(pair => (pair.work, pair.cell.Index))]);
    }

    // Its end, or a doubt, may be known before the request has returned.
    private async Task RequestAsync(List<(CellWork Work, int Cell)> wanted)
    {
        foreach (var (work, _) in wanted)
            work.IsRequested = true;
        try
        {
            await Scheduler.RequestAsync([.. wanted.Select(pair => new Ticket
            {
                Work = pair.Work.Id,
                Experiment = Id,
                Priority = Submission!.Priority ?? 0,
                Cell = pair.Cell,
                MemoryBytes = pair.Work.MemoryBytes(_services),
            })]);
        }
        catch
        {
            foreach (var (work, _) in wanted)
                work.IsRequested = false;
            throw;
        }
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

    /// <summary>Nothing is left to ask for but the report: everything is written, and once the report is there no reminder is needed.</summary>
    private async Task CloseAsync()
    {
        if (_hasReminder)
        {
            await WriteTableAsync();
            await SaveAsync();
        }
        if (MustReport)
            await AskForReportAsync();
        if (!_hasReminder || IsReporting)
            return;
        // Whoever has asked for a reminder meanwhile needs it.
        var seen = _reminderChanges;
        var reminder = await this.GetReminder(Unfinished);
        if (seen != _reminderChanges || (_command == ExperimentCommand.Run && !IsFinished))
            return;
        if (reminder is not null)
            await this.UnregisterReminder(reminder);
        if (seen != _reminderChanges)
            return;
        _hasReminder = false;
        LogClosed(Id, State(), DoneCount, _cells.Count(cell => cell.Memory.HasFailed));
    }

    private async Task TickAsync()
    {
        if (Submission is null)
            return;
        if (_isChanged)
            await SaveAsync();
        if (++_ticks % SlowTicks == 0)
        {
            foreach (var cell in _postponed)
                LineUp(cell, _due);
            _postponed.Clear();
            await WriteTableAsync();
        }
        if (HasWork || MustReport || (_hasReminder && !IsReporting && (IsFinished || _command != ExperimentCommand.Run)))
            await WakeAsync();
    }

    private async Task WriteTableAsync()
    {
        if (!_tableIsOld)
            return;
        var results = await GetResultsAsync();
        try
        {
            // It draws pictures, too, which takes longer than a turn should.
            await Task.Run(() => _services.WriteTable(Id, results));
            _tableRows = results.Count;
        }
        catch (Exception failure)   // The results are safe without it; the next one, or the next start, brings the next try.
        {
            LogTable(failure, Id);
        }
        _tableIsOld = results.Count < DoneCount;
    }
}
