using IconDiffusion.Generators.Runs;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// What a run in progress keeps on disk, its loss log and its checkpoints, and where it stands. A full disk does not end a run:
/// the journal warns, keeps what it had and tries again at the next occasion; only the last checkpoint must succeed.
/// </summary>
public sealed class RunJournal : IDisposable
{
    private const int RecentSteps = 100;
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    private readonly RunLock _run;
    private readonly RunFolder _folder;
    private readonly IReadOnlyDictionary<string, Tensor> _tensors;
    private readonly TrainingSpec _training;
    private readonly MonitoringSpec _monitoring;
    private readonly ComputeSettings _compute;
    private readonly Action<string> _warn;
    private readonly CheckpointStore _store;
    private readonly LossLog _log;
    private readonly BestWeights _best;
    private readonly Queue<double> _recent;
    private (double Sum, long Count) _sinceCheckpoint;
    private TimeSpan _checkpointTried;
    private TimeSpan _checkpointCost;
    private TimeSpan? _flushed;   // null: not in this attempt, whose first step is shown at once

    /// <summary>Opens a run where its newest sound checkpoint left it, or at its beginning.</summary>
    /// <param name="run">The right to write the folder.</param>
    /// <param name="runId">Identity of the run.</param>
    /// <param name="tensors">The run's whole state: as it begins, and filled from the checkpoint if there is one.</param>
    /// <param name="compute">What this process computes with.</param>
    /// <param name="training">How long it may take, on which it depends how often to write where <paramref name="monitoring"/> does not state it.</param>
    /// <param name="monitoring">How often to write.</param>
    /// <param name="time">Measures the time worked.</param>
    /// <param name="warn">Receives sentences about what went wrong without ending the run.</param>
    public RunJournal(
        RunLock run, string runId, IReadOnlyDictionary<string, Tensor> tensors,
        ComputeSettings compute, TrainingSpec training, MonitoringSpec monitoring, TimeProvider time, Action<string> warn)
    {
        (_run, _folder) = (run, run.Folder);
        (_tensors, _compute, _training, _monitoring, _warn) = (tensors, compute, training, monitoring, warn);
        _store = new CheckpointStore(_folder, runId, warn);
        _store.RemoveTemporaryFiles();
        var last = _store.RestoreNewest(tensors)?.Moment;
        if (last is not null && compute.DifferenceFrom(last.Compute) is { } difference)
            warn($"Checkpoint of step {last.Step} was made with {difference}. The result will not have the bits of an uninterrupted run.");
        Step = CheckpointStep = last?.Step ?? 0;
        Clock = new WorkClock(time, last?.Worked ?? TimeSpan.Zero);
        _checkpointTried = Clock.Worked;
        _log = OpenLog(_folder.LossLogFile, last?.LossLogLength ?? 0);
        _best = new BestWeights(_folder);
        _best.Forget(after: Step);
        _recent = new Queue<double>(LossLog.Read(_folder.LossLogFile).TakeLast(RecentSteps).Select(entry => entry.Loss));
    }

    /// <summary>Optimiser steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Step of the newest checkpoint; 0: there is none.</summary>
    public long CheckpointStep { get; private set; }

    /// <summary>Time worked, over all interruptions.</summary>
    public WorkClock Clock { get; }

    /// <summary>Mean loss of the last hundred steps; NaN before the first.</summary>
    public double RecentLoss => _recent.Count == 0 ? double.NaN : _recent.Average();

    /// <summary>Whether it is time for the next checkpoint, or to try again.</summary>
    public bool CheckpointDue => Clock.Worked is var worked
        && worked - _checkpointTried >= (_monitoring.CheckpointEvery ?? CheckpointCadence.Of(_training, Step, worked, _checkpointCost));

    /// <summary>Notes a step that is done.</summary>
    public void Record(LossEntry entry)
    {
        Step = entry.Step;
        _log.Append(entry);
        _recent.Enqueue(entry.Loss);
        if (_recent.Count > RecentSteps) _recent.Dequeue();
        _sinceCheckpoint = (_sinceCheckpoint.Sum + entry.Loss, _sinceCheckpoint.Count + 1);
        if (Clock.Worked - _flushed < FlushEvery) return;
        _flushed = Clock.Worked;
        Attempt("Loss log", () => _log.Flush(toDisk: false));
    }

    /// <summary>Draws and saves the present step's strip; warns if it cannot be saved.</summary>
    public void Strip(Func<Image> draw)
    {
        var strip = draw();
        Attempt("Strip", () => ImageFile.SavePng(_folder.StripFile(Step), strip));
    }

    /// <summary>Lets a watch look at the present step, and keeps the weights if they are the best yet; warns if something cannot be written.</summary>
    /// <exception cref="SupersededException">Another attempt writes the run's folder by now.</exception>
    public void Look(ITrainingWatch watch, IMethod method) => Attempt("A look", () =>
    {
        _run.Verify();
        watch.Look(method, Step, Clock);
        if (watch.Window?.Best == Step) _best.Keep(Step, method.Drawing, CheckpointStep);
    });

    /// <summary>Gives a network the weights of the best look, or leaves it as it is and warns.</summary>
    /// <returns>Step of the weights that it has now.</returns>
    public long RestoreBest(long best, nn.Module network)
    {
        try
        {
            _best.Restore(best, network);
            return best;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _warn($"The weights of step {best}, the best look, cannot be read, so those of step {Step} are the result: {e.Message}");
            return Step;
        }
    }

    /// <summary>Makes a checkpoint; warns if that fails.</summary>
    public void Checkpoint() => Attempt("Checkpoint", Save);

    /// <summary>Makes sure that a checkpoint holds the present step.</summary>
    /// <exception cref="TrainingException">It could not be written; the run can be started again from the one before.</exception>
    /// <exception cref="SupersededException">Another attempt writes the run's folder by now.</exception>
    public void LastCheckpoint()
    {
        if (Step == CheckpointStep) return;
        try
        {
            Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"The checkpoint of step {Step} could not be written: {e.Message} Started again with room on the disk, the run goes on from step {CheckpointStep}.", e);
        }
    }

    /// <summary>Closes the loss log.</summary>
    public void Dispose() => _log.Dispose();

    private void Save()
    {
        _checkpointTried = Clock.Worked;
        _run.Verify();
        _store.Save(_tensors, new CheckpointMoment
        {
            Step = Step,
            Worked = Clock.Worked,
            LossLogLength = _log.Flush(toDisk: true),
            MeanLoss = _sinceCheckpoint.Sum / _sinceCheckpoint.Count,
            Compute = _compute,
        });
        CheckpointStep = Step;
        _checkpointCost = Clock.Worked - _checkpointTried;
        _sinceCheckpoint = default;
    }

    private void Attempt(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageException)
        {
            _warn($"{what} at step {Step} could not be written, training goes on: {e.Message}");
        }
    }

    private LossLog OpenLog(string path, long length)
    {
        try
        {
            return new LossLog(path, length);
        }
        catch (InvalidDataException e)
        {
            _warn($"The loss log begins anew: {e.Message}");
            return new LossLog(path, 0);
        }
    }
}
