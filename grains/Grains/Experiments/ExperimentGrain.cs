using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Experiments;

/// <summary>
/// Brings an experiment to its end: expands it into cells, prepares their work stage by stage and asks the scheduler for it.
/// What has to be done stands in a line that one loop works off between the requests (ExperimentGrain.Loop.cs), so that no
/// request takes long and the scheduler hears everything in order.
/// </summary>
public sealed partial class ExperimentGrain : Grain, IExperimentGrain, IRemindable
{
    private const string Unfinished = "unfinished";
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);
    private readonly IPersistentState<ExperimentMemory> _experimentState;
    private readonly SharedWriter _progress;
    private readonly SharedWriter _listing;
    private readonly IPersistentState<ProgressMemory> _progressState;
    private readonly IExperimentServices _services;
    private readonly TimeProvider _time;
    private readonly ILogger<ExperimentGrain> _logger;
    private List<Cell> _cells = [];
    private ExperimentCommand _command;
    private string _deviceClass = DeviceClass.Any;

    public ExperimentGrain(
        [PersistentState("experiment")] IPersistentState<ExperimentMemory> experimentState,
        [PersistentState("experiment-progress")] IPersistentState<ProgressMemory> progressState,
        IExperimentServices services, TimeProvider time, ILogger<ExperimentGrain> logger)
    {
        (_experimentState, _progressState, _services, _time, _logger) = (experimentState, progressState, services, time, logger);
        _progress = new(() =>
        {
            progressState.State = new()
            {
                Command = _command, Cells = [.. _cells.Select(cell => cell.Memory)], TableRows = _tableRows, Report = _report, IsReportDue = _isReportDue,
            };
            return progressState.WriteStateAsync();
        });
        _listing = new(() => Index.NoteAsync(Summary()));
    }

    private string Id => this.GetPrimaryKeyString();

    private Submission? Submission => _experimentState.State.Submission;

    private ISchedulerGrain Scheduler => GrainFactory.GetGrain<ISchedulerGrain>("default");

    private IExperimentIndexGrain Index => GrainFactory.GetGrain<IExperimentIndexGrain>("default");

    private bool IsFinished => _cells.All(cell => cell.Memory.IsFinal);

    private int DoneCount => _cells.Count(cell => cell.Memory.Stage == CellState.Done);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Submission is { } submission)
        {
            _command = _progressState.State.Command;
            _deviceClass = DeviceClass.Normalize(submission.Experiment.Gpu);
            _cells = Expand(submission, _progressState.State.Cells);
            _tableRows = _progressState.State.TableRows;
            _tableIsOld = _tableRows != DoneCount;
            (_report, _isReportDue) = (_progressState.State.Report, _progressState.State.IsReportDue);
            LogActive(Id, _command, _cells.Count, _cells.Count(cell => cell.Memory.IsFinal));
            // What this grain had asked for before may have been lost.
            if (_command == ExperimentCommand.Run)
                LineUpAll();
            else
                _mustWithdraw = !IsFinished;
        }
        this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = TickPeriod, Interleave = true });
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_isChanged)
            await _progress.SaveAsync();
    }

    public async Task SubmitAsync(Submission submission)
    {
        var experiment = submission.Experiment;
        if (submission.Fingerprints is not { } fingerprints || fingerprints.Count != experiment.Runs.Count || fingerprints.Contains(null))
        {
            throw new ArgumentException($"Experiment {Id} came with {submission.Fingerprints?.Count(print => print is not null) ?? 0} "
                + $"fingerprints of data sets; wanted one for each of its {experiment.Runs.Count} runs.", nameof(submission));
        }
        var isNew = Submission is null;
        submission = submission with { Priority = submission.Priority ?? Submission?.Priority ?? 0 };
        if (Submission != submission)
        {
            // Another data set, or another source, makes other runs of the same cells.
            _mustWithdraw |= Submission is { } before && (before.Fingerprints != fingerprints || before.Sources != submission.Sources);
            var known = _mustWithdraw ? [] : _cells.Select(cell => cell.Memory).ToList();
            var memory = _experimentState.State with { Submission = submission };
            _experimentState.State = isNew ? memory with { SubmittedAt = _time.GetUtcNow() } : memory;
            await _experimentState.WriteStateAsync();
            _deviceClass = DeviceClass.Normalize(experiment.Gpu);
            _cells = Expand(submission, known);
            _listeners.Clear();
            _urgent.Clear();
            _due.Clear();
            _postponed.Clear();
        }
        foreach (var cell in _cells.Where(cell => cell.Memory.HasFailed))
            cell.Memory = cell.Memory with { HasFailed = false, IsRetried = true };
        await GoOnAsync();
        LogSubmitted(Id, isNew, _cells.Count);
    }

    public async Task PauseAsync()
    {
        CheckSubmitted();
        if (_command == ExperimentCommand.Run && !IsFinished)
            await HaltAsync(ExperimentCommand.Pause);
    }

    public async Task ResumeAsync()
    {
        CheckSubmitted();
        if (_command == ExperimentCommand.Pause)
            await GoOnAsync();
    }

    public async Task CancelAsync()
    {
        CheckSubmitted();
        if (_command != ExperimentCommand.Cancel && !IsFinished)
            await HaltAsync(ExperimentCommand.Cancel);
    }

    public async Task<int> RetryAsync()
    {
        CheckSubmitted();
        var failed = _cells.Where(cell => cell.Memory.HasFailed).ToList();
        foreach (var cell in failed)
            cell.Memory = cell.Memory with { HasFailed = false, IsRetried = true };
        if (failed.Count > 0 && _command == ExperimentCommand.Run)
            await GoOnAsync();
        else if (failed.Count > 0)
            await SaveAsync();
        LogRetried(Id, failed.Count);
        return failed.Count;
    }

    public async Task PrioritizeAsync(int priority)
    {
        CheckSubmitted();
        if (Submission!.Priority == priority)
            return;
        _experimentState.State = _experimentState.State with { Submission = Submission with { Priority = priority } };
        await _experimentState.WriteStateAsync();
        AskAgain();
    }

    public Task<Submission?> GetSubmissionAsync() => Task.FromResult(Submission);

    public async Task WorkEndedAsync(WorkId work)
    {
        if (work == _reportWork?.Id)
        {
            _reportWork.IsRequested = false;
            _ = WakeAsync();
        }
        if (_command != ExperimentCommand.Run || !_listeners.TryGetValue(work.Key, out var cells))
            return;
        var isUrgent = false;
        foreach (var cell in cells)
        {
            if (cell.Batches.FirstOrDefault(batch => batch.Id == work) is { } batch)
                batch.IsAsked = false;
            isUrgent |= LineUp(cell, _urgent);
        }
        if (!isUrgent)
            return;
        // The answer tells the scheduler that what comes next has been asked for.
        var round = _urgentRound;
        _ = WakeAsync();
        await round.Task;
    }

    /// <summary>Asks again for all that is missing: the scheduler may have lost it.</summary>
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        AskAgain();
        return Task.CompletedTask;
    }

    private void AskAgain()
    {
        foreach (var work in _cells.SelectMany(cell => cell.Open))
            work.IsRequested = false;
        if (_reportWork is not null)
            _reportWork.IsRequested = false;
        _mustAskAgain = true;
        _ = WakeAsync();
    }

    // Written down and known to the list before anything is done.
    private async Task GoOnAsync()
    {
        _command = ExperimentCommand.Run;
        await RemindAsync();
        await SaveAsync();
        LineUpAll();
        _ = WakeAsync();
    }

    private async Task RemindAsync()
    {
        _reminderChanges++;   // under way
        await this.RegisterOrUpdateReminder(Unfinished, ReminderPeriod, ReminderPeriod);
        _reminderChanges++;
        _hasReminder = true;
    }

    private async Task HaltAsync(ExperimentCommand command)
    {
        _command = command;
        _mustWithdraw = true;
        LogHalted(Id, command);
        await SaveAsync();
        await WakeAsync();
    }

    private async Task SaveAsync()
    {
        _isChanged = false;
        try
        {
            await _progress.SaveAsync();
            await _listing.SaveAsync();
        }
        catch
        {
            _isChanged = true;
            throw;
        }
    }

    private void CheckSubmitted()
    {
        if (Submission is null)
            throw new ExperimentMissingException($"There is no experiment '{Id}'.");
    }

    private List<Cell> Expand(Submission submission, IReadOnlyList<CellMemory> known)
    {
        // The seed only where it tells runs apart.
        var runs = submission.Experiment.Runs;
        var seeds = runs.Select(run => run.Seed).Distinct().Count();
        var labels = RunLabels.Of(runs);
        List<Cell> cells = [.. runs.Select((run, i) => new Cell(i, submission.RunAt(i), submission.Fingerprints![i]!,
            seeds > 1 ? $"{labels[run]} seed {run.Seed}" : labels[run],
            submission.Experiment.Monitoring, _deviceClass, i < known.Count ? known[i] : new()))];
        var byRun = cells.DistinctBy(cell => cell.RunId).ToDictionary(cell => cell.RunId);
        foreach (var cell in cells)
        {
            cell.Source = cell.Spec.Training.From is { } from ? byRun.GetValueOrDefault(from) : null;
            cell.Bases = [.. cell.Spec.Bases.Select(below => byRun[below.Run])];
        }
        return cells;
    }
}
