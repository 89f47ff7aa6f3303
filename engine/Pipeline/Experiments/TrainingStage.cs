using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Trains a run until a limit is reached; one that has reached one already is only read.</summary>
public static class TrainingStage
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Trains until a limit is reached.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on from there.</exception>
    /// <exception cref="SupersededException">A newer attempt has begun.</exception>
    /// <exception cref="TrainingException">It cannot go on.</exception>
    /// <exception cref="DatasetException">The data set is not in the store.</exception>
    /// <exception cref="ConsentException">Its consent, or that of the weights that it starts from, has ended; also while training goes on.</exception>
    /// <exception cref="ExperimentException">The weights that it starts from are not here, or do not fit.</exception>
    public static TrainingSummary Run(TrainingWork work, WorkContext context, CancellationToken cancellation)
    {
        ConsentGate.Require(context.Data, work.DatasetFingerprint, context.Time);
        var dataset = new DatasetStore(context.Data.Datasets).Load(work.DatasetFingerprint);
        var source = Source(work, dataset, context);
        var folder = context.Folder(work);
        using var run = Take(folder, context, cancellation);
        AtomicFile.WriteAllText(folder.DatasetFile, dataset.Fingerprint + "\n");
        AtomicFile.WriteAllText(folder.SpecFile, JsonSerializer.Serialize(work.Run, SpecJson.Indented));
        source?.Write(folder);
        context.Bench.Clear();
        var device = context.Bench.Device;
        if (work.Run.Model.IsToldTags)
            dataset.Tags?.Write(folder);
        using var method = MethodTable.Of(work.Run.Model).Begin(work.Run, device.Device, new() { Dataset = dataset, Source = source?.File, Content = Content(work, context), Data = context.Data });
        using var watch = !work.Run.HasLooks ? null : new TrainingWatch(work.Run, dataset, folder, context.Data, device.Device, context.Warn);
        var trainer = new Trainer(work.RunId, work.Run, dataset, run, device.Device)
        {
            DeviceName = device.Name,
            Monitoring = work.Monitoring,
            Time = context.Time,
            Warn = context.Warn,
            Watch = watch,
        };
        return trainer.Train(method, new Progress(work, source, folder, context, watch), cancellation) with { Origins = source?.Origins };
    }

    // Null: it is no style transfer.
    private static IconDataset? Content(TrainingWork work, WorkContext context) =>
        work.Run.ContentFingerprint is { } content ? new DatasetStore(context.Data.Datasets).Load(content) : null;

    // Null: it starts from random weights and nobody else's icons.
    private static TransferSource? Source(TrainingWork work, IconDataset dataset, WorkContext context)
    {
        if (work.Run.ContentFingerprint is { } content) return TransferSource.OfContent(context.Data, content, context.Time);
        if (work.Run.Training.From is not { } from) return null;
        var source = TransferSource.Open(context.Data, from, context.Time);
        source.Check(work.Run, work.Run.Model.IsToldTags ? dataset.Tags?.Names.Count : null);
        return source;
    }

    // An older attempt at the same work ends once it sees that this one has begun; other work's is waited for.
    private static RunLock Take(RunFolder folder, WorkContext context, CancellationToken cancellation)
    {
        var entered = context.Fence?.Enter(takeOver: false) ?? true;
        var start = context.Time.GetTimestamp();
        while (true)
        {
            try
            {
                var run = RunLock.Take(folder, context.Fence);
                if (!entered) context.Fence!.Enter(takeOver: true);
                return run;
            }
            catch (TrainingException) when (context.Time.GetElapsedTime(start) < context.Patience)
            {
                if (cancellation.WaitHandle.WaitOne(LookEvery / 4)) cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    // Reports, and looks once a second whether a newer attempt has begun.
    private sealed class Progress(TrainingWork work, TransferSource? source, RunFolder folder, WorkContext context, TrainingWatch? watch) : IProgress<WorkProgress>
    {
        private long? _looked;
        private long? _checkpoint;

        public void Report(WorkProgress value)
        {
            if (_looked is not { } before || context.Time.GetElapsedTime(before) >= LookEvery) Look();
            context.Report(value with { CheckpointStep = _checkpoint, Window = watch?.Window });
        }

        private void Look()
        {
            _looked = context.Time.GetTimestamp();
            try
            {
                foreach (var rests in (string[])[work.DatasetFingerprint, .. source?.Origins.Select(origin => origin.Rests) ?? []])
                    ConsentGate.Look(context.Data, rests, context.Time);
                context.Fence?.Verify();
                _checkpoint = folder.NewestCheckpoint();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DatasetException)
            {
                // A folder that cannot be read will not be written either; the next checkpoint says so.
            }
        }
    }
}
