using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports;
using IconDiffusion.Silo.Work;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Artifacts;

/// <summary>
/// Shares runs between silos that have data folders of their own over a store, whose keys are the files' paths in the data folder. What an
/// attempt needs is fetched before it begins; checkpoints are published while it goes on, everything at its end.
/// </summary>
internal sealed class StoreTransfer(IArtifactStore store, DataFolder data, string silo, TimeProvider time) : IRunTransfer
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private const int Tries = 6;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Task Now, bool Again)> _publishing = [];

    /// <inheritdoc/>
    public void Fetch(WorkOrder order, CancellationToken cancellation) => Wait(FetchAsync(order, cancellation));

    /// <inheritdoc/>
    public void Checkpointed(WorkOrder order, Action<string> warn)
    {
        lock (_gate)
        {
            // One at a time for each run; what comes meanwhile is published after it, at once.
            if (_publishing.TryGetValue(order.Spec.RunId, out var running)) _publishing[order.Spec.RunId] = running with { Again = true };
            else _publishing[order.Spec.RunId] = (Task.Run(() => PublishInBackgroundAsync(order, warn)), false);
        }
    }

    /// <inheritdoc/>
    public void Publish(WorkOrder order, CancellationToken cancellation) => Wait(PublishAllAsync(order, cancellation));

    private async Task FetchAsync(WorkOrder order, CancellationToken cancellation)
    {
        var (spec, folder) = (order.Spec, Folder(order));
        await PersistAsync(async () =>
        {
            await EnterAsync(order, cancellation).ConfigureAwait(false);
            await ExchangeConsentsAsync(cancellation).ConfigureAwait(false);
            var there = await store.ListAsync(Key(folder.Path) + '/', cancellation).ConfigureAwait(false);
            foreach (var path in Shared(spec)) await FetchMissingAsync(path, cancellation).ConfigureAwait(false);
            foreach (var path in spec is TrainingWork ? NewestCheckpoint(folder, there.Keys) : [])
                await store.GetAsync(Key(path), path, cancellation).ConfigureAwait(false);
            IEnumerable<string> wanted = spec switch
            {
                SampleWork batch => [folder.WeightsFile, .. Icons(folder, batch.Run, batch.First, batch.Count)],
                EvaluationWork scores =>
                [
                    .. Icons(folder, scores.Run, 0, scores.Sampling.Count),
                    .. Under(folder.SampleFeatures(scores.Run.Sampling.Sampler), there.Keys),
                    .. Under(folder.Result(scores.Run), there.Keys),
                ],
                _ => [],
            };
            foreach (var path in wanted)
                if (there.ContainsKey(Key(path))) await FetchMissingAsync(path, cancellation).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
    }

    // Records of consents are only ever added, so each side gets what the other has; a revocation at one silo reaches the others so.
    private async Task ExchangeConsentsAsync(CancellationToken cancellation)
    {
        var there = await store.ListAsync(Key(data.Consents) + '/', cancellation).ConfigureAwait(false);
        foreach (var path in Under(data.Consents, there.Keys.Order(StringComparer.Ordinal))) await FetchMissingAsync(path, cancellation).ConfigureAwait(false);
        var here = Directory.Exists(data.Consents) ? Directory.EnumerateFiles(data.Consents, "*.json", SearchOption.AllDirectories) : [];
        foreach (var path in here.Order(StringComparer.Ordinal))
            if (!there.ContainsKey(Key(path))) await store.PutAsync(Key(path), path, cancellation).ConfigureAwait(false);
    }

    // The newest checkpoint, unless this silo has one as new: loss log and weights first, the manifest last, as it makes it count.
    private IEnumerable<string> NewestCheckpoint(RunFolder folder, IEnumerable<string> there)
    {
        var manifests = there.Where(key => key.StartsWith(Key(folder.Checkpoints) + "/step-", StringComparison.Ordinal) && key.EndsWith(".json", StringComparison.Ordinal));
        var newest = manifests.Select(key => long.Parse(Path.GetFileNameWithoutExtension(key).AsSpan("step-".Length))).DefaultIfEmpty(-1).Max();
        return newest < 0 || folder.NewestCheckpoint() >= newest ? [] : [folder.LossLogFile, folder.CheckpointFile(newest), folder.ManifestFile(newest)];
    }

    private async Task PublishAllAsync(WorkOrder order, CancellationToken cancellation)
    {
        Task? running;
        lock (_gate) running = _publishing.TryGetValue(order.Spec.RunId, out var entry) ? entry.Now : null;
        if (running is not null) await running.WaitAsync(cancellation).ConfigureAwait(false);
        await PersistAsync(() => PublishAsync(order, cancellation), cancellation).ConfigureAwait(false);
    }

    private async Task PublishInBackgroundAsync(WorkOrder order, Action<string> warn)
    {
        while (true)
        {
            try
            {
                await PublishAsync(order, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                warn($"The checkpoint could not be brought to {store.Name}, training goes on: {e.Message}");
            }
            lock (_gate)
            {
                var (now, again) = _publishing[order.Spec.RunId];
                if (!again)
                {
                    _publishing.Remove(order.Spec.RunId);
                    return;
                }
                _publishing[order.Spec.RunId] = (now, false);
            }
        }
    }

    private async Task PublishAsync(WorkOrder order, CancellationToken cancellation)
    {
        var (spec, folder) = (order.Spec, Folder(order));
        await VerifyAsync(order, cancellation).ConfigureAwait(false);
        var there = await store.ListAsync(Key(folder.Path) + '/', cancellation).ConfigureAwait(false);
        switch (spec)
        {
            case TrainingWork:
                await PublishCheckpointsAsync(folder, there, cancellation).ConfigureAwait(false);
                foreach (var path in (string[])[folder.SpecFile, folder.DatasetFile, .. Here(folder.Strips), folder.WeightsFile])
                    await PutNewAsync(path, there, cancellation).ConfigureAwait(false);
                break;
            case SampleWork batch:
                foreach (var path in (string[])[.. Icons(folder, batch.Run, batch.First, batch.Count), .. Here(folder.SampleFeatures(batch.Run.Sampling.Sampler))])
                    await PutNewAsync(path, there, cancellation).ConfigureAwait(false);
                break;
            case EvaluationWork:
                foreach (var path in Here(folder.Result(spec.Run)).OrderBy(path => Path.GetFileName(path) == RunReport.ResultFile))
                    await PutNewAsync(path, there, cancellation).ConfigureAwait(false);
                break;
        }
    }

    // The store keeps the checkpoints that the run keeps: contents before the manifests that make them count, older ones removed after.
    private async Task PublishCheckpointsAsync(RunFolder folder, IReadOnlyDictionary<string, long> there, CancellationToken cancellation)
    {
        var here = Here(folder.Checkpoints).Where(path => path.EndsWith(".json", StringComparison.Ordinal)).Order().ToArray();
        foreach (var manifest in here)
        {
            if (there.ContainsKey(Key(manifest))) continue;
            try
            {
                await store.PutAsync(Key(Path.ChangeExtension(manifest, ".safetensors")), Path.ChangeExtension(manifest, ".safetensors"), cancellation).ConfigureAwait(false);
                await store.PutAsync(Key(folder.LossLogFile), folder.LossLogFile, cancellation).ConfigureAwait(false);
                await store.PutAsync(Key(manifest), manifest, cancellation).ConfigureAwait(false);
            }
            catch (FileNotFoundException)
            {
                // A newer checkpoint has taken its place meanwhile, and comes next.
            }
        }
        if (here.Length == 0) return;
        var kept = here.Select(manifest => Key(Path.ChangeExtension(manifest, null))).ToHashSet();
        foreach (var key in there.Keys.Where(key => key.StartsWith(Key(folder.Checkpoints) + '/', StringComparison.Ordinal)).OrderBy(key => key.EndsWith(".safetensors", StringComparison.Ordinal)))
            if (!kept.Contains(Path.ChangeExtension(key, null))) await store.DeleteAsync(key, cancellation).ConfigureAwait(false);
    }

    // Files that never change once they are written under their name.
    private async Task PutNewAsync(string path, IReadOnlyDictionary<string, long> there, CancellationToken cancellation)
    {
        if (File.Exists(path) && there.GetValueOrDefault(Key(path), -1) != new FileInfo(path).Length)
            await store.PutAsync(Key(path), path, cancellation).ConfigureAwait(false);
    }

    private async Task FetchMissingAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) await store.GetAsync(Key(path), path, cancellation).ConfigureAwait(false);
    }

    // The store's note of attempts is what silos with folders of their own see of each other.
    private async Task EnterAsync(WorkOrder order, CancellationToken cancellation)
    {
        var note = Stages.AttemptFile(Folder(order), order.Spec);
        await store.GetAsync(Key(note), note, cancellation).ConfigureAwait(false);
        Fence(order, note).Enter(takeOver: true);
        await store.PutAsync(Key(note), note, cancellation).ConfigureAwait(false);
    }

    private async Task VerifyAsync(WorkOrder order, CancellationToken cancellation)
    {
        var note = Stages.AttemptFile(Folder(order), order.Spec);
        var copy = note + ".store";
        try
        {
            if (await store.GetAsync(Key(note), copy, cancellation).ConfigureAwait(false)) Fence(order, copy).Verify();
        }
        finally
        {
            File.Delete(copy);
        }
    }

    private AttemptFence Fence(WorkOrder order, string note) => new(note, order.Work.Key, order.Attempt, silo);

    // A store that does not answer is asked again for a quarter of a minute before the attempt fails.
    private async Task PersistAsync(Func<Task> call, CancellationToken cancellation)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++, pause *= 2)
        {
            try
            {
                await call().ConfigureAwait(false);
                return;
            }
            catch (IOException) when (attempt < Tries)
            {
                await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private RunFolder Folder(WorkOrder order) => new(data.Run(order.Spec.RunId));

    private IEnumerable<string> Shared(WorkSpec spec) =>
        [new DatasetStore(data.Datasets).PathOf(spec.DatasetFingerprint), InceptionWeightsFile.Published.DefaultPath(data.Path)];

    private static IEnumerable<string> Icons(RunFolder folder, Specs.RunSpec run, int first, int count) =>
        Enumerable.Range(first, count).Select(i => folder.SampleFile(run.Sampling.Sampler, i));

    private static IEnumerable<string> Here(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)) : [];

    private IEnumerable<string> Under(string folder, IEnumerable<string> keys) =>
        keys.Where(key => key.StartsWith(Key(folder) + '/', StringComparison.Ordinal)).Select(key => Path.Combine(data.Path, key.Replace('/', Path.DirectorySeparatorChar)));

    private string Key(string path) => Path.GetRelativePath(data.Path, path).Replace(Path.DirectorySeparatorChar, '/');

    // The device's own thread has nothing else to do meanwhile.
    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
