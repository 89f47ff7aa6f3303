using IconDiffusion.Generators.Training;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Work;

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
    public async Task<int> NewestAsync(string note, string work, CancellationToken cancellation)
    {
        var copy = note + ".newest";
        if (!await store.GetAsync(data.KeyOf(note), copy, cancellation).ConfigureAwait(false)) return 0;
        try
        {
            return AttemptFence.Newest(copy, work);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    /// <inheritdoc/>
    public void Fetch(WorkOrder order, CancellationToken cancellation) => Wait(FetchAsync(order, cancellation));

    /// <inheritdoc/>
    public void Fetch(string path, CancellationToken cancellation) => Wait(PersistAsync(() => FetchAsync(path, cancellation), cancellation));

    /// <inheritdoc/>
    public void Checkpointed(WorkOrder order, Action<string> warn)
    {
        lock (_gate)
        {
            // One at a time for each run; what comes meanwhile is published after it, at once.
            if (_publishing.TryGetValue(order.Spec.Folder, out var running)) _publishing[order.Spec.Folder] = running with { Again = true };
            else _publishing[order.Spec.Folder] = (Task.Run(() => PublishInBackgroundAsync(order, warn)), false);
        }
    }

    /// <inheritdoc/>
    public void Publish(WorkOrder order, CancellationToken cancellation) => Wait(PublishAllAsync(order, cancellation));

    /// <inheritdoc/>
    public void Told(WorkOrder order)
    {
        try
        {
            var events = Folder(order).EventsFile;
            if (File.Exists(events))
                Wait(store.PutAsync(EventsKey(data.KeyOf(Folder(order).Path), silo), events, CancellationToken.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one takes them along.
        }
    }

    /// <summary>Under which key a silo leaves the events of a run: each its own, since each has a part of them.</summary>
    /// <param name="folder">Key of the run's folder.</param>
    public static string EventsKey(string folder, string silo) => $"{folder}/events/{silo}.jsonl";

    private async Task FetchAsync(WorkOrder order, CancellationToken cancellation)
    {
        var folder = Folder(order);
        await PersistAsync(async () =>
        {
            await EnterAsync(order, cancellation).ConfigureAwait(false);
            await ExchangeConsentsAsync(cancellation).ConfigureAwait(false);
            var there = (await store.ListAsync(data.KeyOf(folder.Path) + '/', cancellation).ConfigureAwait(false)).Keys.Select(PathOf).ToHashSet();
            foreach (var path in Stage.Of(order.Spec).Needs(order.Spec, new(data, folder, there)))
            {
                var isListed = path.StartsWith(folder.Path + Path.DirectorySeparatorChar, StringComparison.Ordinal);
                if (path == folder.LossLogFile || path == folder.WindowFile)   // They grow.
                    await store.GetAsync(data.KeyOf(path), path, cancellation).ConfigureAwait(false);
                else if (!isListed || there.Contains(path))
                    await FetchAsync(path, cancellation).ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
    }

    // Records of consents are only ever added, so each side gets what the other has; a revocation at one silo reaches the others so.
    private async Task ExchangeConsentsAsync(CancellationToken cancellation)
    {
        var there = await store.ListAsync(data.KeyOf(data.Consents) + '/', cancellation).ConfigureAwait(false);
        foreach (var path in there.Keys.Order(StringComparer.Ordinal).Select(PathOf))
            await FetchAsync(path, cancellation).ConfigureAwait(false);
        var here = Directory.Exists(data.Consents) ? Directory.EnumerateFiles(data.Consents, "*.json", SearchOption.AllDirectories) : [];
        foreach (var path in here.Order(StringComparer.Ordinal))
            if (!there.ContainsKey(data.KeyOf(path))) await store.PutAsync(data.KeyOf(path), path, cancellation).ConfigureAwait(false);
    }

    private async Task PublishAllAsync(WorkOrder order, CancellationToken cancellation)
    {
        Task? running;
        lock (_gate) running = _publishing.TryGetValue(order.Spec.Folder, out var entry) ? entry.Now : null;
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
                var (now, again) = _publishing[order.Spec.Folder];
                if (!again)
                {
                    _publishing.Remove(order.Spec.Folder);
                    return;
                }
                _publishing[order.Spec.Folder] = (now, false);
            }
        }
    }

    private async Task PublishAsync(WorkOrder order, CancellationToken cancellation)
    {
        var (stage, folder) = (Stage.Of(order.Spec), Folder(order));
        await VerifyAsync(order, cancellation).ConfigureAwait(false);
        var there = await store.ListAsync(data.KeyOf(folder.Path) + '/', cancellation).ConfigureAwait(false);
        if (stage.HasCheckpoints) await PublishCheckpointsAsync(folder, there, cancellation).ConfigureAwait(false);
        foreach (var path in stage.Leaves(order.Spec, new(data, folder, there.Keys.Select(PathOf).ToHashSet())))
            await (stage.AreReplaced ? store.PutAsync(data.KeyOf(path), path, cancellation) : PutNewAsync(path, there, cancellation)).ConfigureAwait(false);
    }

    // The store keeps the checkpoints that the run keeps: contents before the manifests that make them count, older ones removed after.
    private async Task PublishCheckpointsAsync(RunFolder folder, IReadOnlyDictionary<string, long> there, CancellationToken cancellation)
    {
        var here = WorkFiles.In(folder.Checkpoints).Where(path => path.EndsWith(".json", StringComparison.Ordinal)).Order().ToArray();
        foreach (var manifest in here)
        {
            if (there.ContainsKey(data.KeyOf(manifest))) continue;
            try
            {
                await store.PutAsync(data.KeyOf(Path.ChangeExtension(manifest, ".safetensors")), Path.ChangeExtension(manifest, ".safetensors"), cancellation).ConfigureAwait(false);
                await store.PutAsync(data.KeyOf(folder.LossLogFile), folder.LossLogFile, cancellation).ConfigureAwait(false);
                foreach (var seen in (string[])[folder.WindowFile, .. WorkFiles.In(folder.Best)]) await PutNewAsync(seen, there, cancellation).ConfigureAwait(false);
                await store.PutAsync(data.KeyOf(manifest), manifest, cancellation).ConfigureAwait(false);
            }
            catch (FileNotFoundException)
            {
                // A newer checkpoint has taken its place meanwhile, and comes next.
            }
        }
        if (here.Length == 0) return;
        var kept = here.Select(manifest => data.KeyOf(Path.ChangeExtension(manifest, null))).ToHashSet();
        foreach (var key in there.Keys.Where(key => key.StartsWith(data.KeyOf(folder.Checkpoints) + '/', StringComparison.Ordinal)).OrderBy(key => key.EndsWith(".safetensors", StringComparison.Ordinal)))
            if (!kept.Contains(Path.ChangeExtension(key, null))) await store.DeleteAsync(key, cancellation).ConfigureAwait(false);
    }

    private async Task FetchAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) await store.GetAsync(data.KeyOf(path), path, cancellation).ConfigureAwait(false);
    }

    // Files that never change once they are written under their name.
    private async Task PutNewAsync(string path, IReadOnlyDictionary<string, long> there, CancellationToken cancellation)
    {
        if (File.Exists(path) && there.GetValueOrDefault(data.KeyOf(path), -1) != new FileInfo(path).Length)
            await store.PutAsync(data.KeyOf(path), path, cancellation).ConfigureAwait(false);
    }

    // The store's note of attempts is what silos with folders of their own see of each other.
    private async Task EnterAsync(WorkOrder order, CancellationToken cancellation)
    {
        var note = Stage.AttemptFile(data, order.Spec);
        await store.GetAsync(data.KeyOf(note), note, cancellation).ConfigureAwait(false);
        Fence(order, note).Enter(takeOver: true);
        await store.PutAsync(data.KeyOf(note), note, cancellation).ConfigureAwait(false);
    }

    private async Task VerifyAsync(WorkOrder order, CancellationToken cancellation)
    {
        var note = Stage.AttemptFile(data, order.Spec);
        var copy = note + ".store";
        try
        {
            if (await store.GetAsync(data.KeyOf(note), copy, cancellation).ConfigureAwait(false)) Fence(order, copy).Verify();
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

    private RunFolder Folder(WorkOrder order) => WorkFiles.FolderOf(data, order.Spec);

    private string PathOf(string key) => Path.Combine(data.Path, key.Replace('/', Path.DirectorySeparatorChar));

    // The device's own thread has nothing else to do meanwhile.
    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
