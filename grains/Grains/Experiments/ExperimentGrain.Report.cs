using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Experiments;

/// <summary>
/// The experiment's report. It is asked for after the last cell, when the experiment counts as finished already, so that nobody who waits
/// for the results waits for the pictures too; and whenever somebody asks, paused or not.
/// </summary>
public sealed partial class ExperimentGrain
{
    // What was asked for last, and how it stands, as it is on the disk.
    private ReportStatus? _report;
    private CellWork? _reportWork;
    private bool _isReportDue;
    private bool _isReportAskedFor;
    private Task _asking = Task.CompletedTask;

    private bool IsReporting => _report is { State: ReportState.Waiting };

    private bool MustReport => _isReportAskedFor || IsReportTime || (IsReporting && _reportWork is not { IsRequested: true });

    private bool IsReportTime => _isReportDue && IsFinished && _command == ExperimentCommand.Run;

    public async Task<ReportStatus> ReportAsync()
    {
        CheckSubmitted();
        await RemindAsync();
        _isReportAskedFor = true;
        while (_isReportAskedFor)
            await AskForReportAsync();
        _ = WakeAsync();
        return _report!;
    }

    // The loop and whoever asks meet here.
    private Task AskForReportAsync() => _asking.IsCompleted ? _asking = AskForReportOnceAsync() : _asking;

    // Prepares the work and asks the scheduler for it, or takes its end in.
    private async Task AskForReportOnceAsync()
    {
        var (isRetry, isAnew) = (_isReportAskedFor, _isReportAskedFor || IsReportTime || _reportWork is null);
        _isReportAskedFor = false;
        var work = isAnew ? new CellWork(await ReportWorkAsync(), DeviceClass.Any) : _reportWork!;
        if (_reportWork is { IsRequested: true } older && older.Id != work.Id)
            await Scheduler.WithdrawWaitingAsync(Id, [older.Id]);
        _reportWork = work;
        // Seen to be waited for from the moment on from which it is no longer due.
        _isReportDue &= !IsFinished;
        _report = Waiting(((ReportWork)work.Spec).Name);
        var grain = GrainFactory.GetWork(work.Id);
        var phase = await grain.PrepareAsync(work.Spec, isRetry);
        var status = phase is WorkPhase.Queued or WorkPhase.Running ? null : await grain.GetStatusAsync();
        _report = _report with
        {
            State = status?.Phase switch
            {
                WorkPhase.Done => ReportState.Done,
                WorkPhase.Failed => ReportState.Failed,
                _ => ReportState.Waiting,
            },
            Summary = (status?.Outcome as ReportDone)?.Summary ?? _report.Summary,
            Error = status?.Phase == WorkPhase.Failed ? status.Error : null,
        };
        await SaveAsync();
        if (!IsReporting)
            return;
        await RequestAsync([(work, _cells.Count)]);
    }

    private ReportStatus Waiting(string results) => new() { State = ReportState.Waiting, Results = results, Summary = _report?.Summary };

    private async Task<ReportWork> ReportWorkAsync() => new()
    {
        Experiment = Id,
        Results = [.. await GetResultsAsync()],
        Missing =
        [
            .. _cells.Where(cell => cell.Memory.Stage != CellState.Done).Select(cell =>
                $"{cell.Label}, run {cell.RunId}: {(cell.Memory.HasFailed ? $"it has failed: {cell.Memory.Error}" : "it is not done yet.")}"),
        ],
    };
}
