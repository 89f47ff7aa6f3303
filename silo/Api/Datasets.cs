using System.Collections.Concurrent;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Api;

/// <summary>The silo's prepared data sets: built-in ones, and those of folders that clients have sent.</summary>
/// <param name="shared">Where other silos look for them too; null: nowhere.</param>
internal sealed class Datasets(SiloOptions options, TimeProvider time, IArtifactStore? shared = null)
{
    private readonly DataFolder _data = new(options.Data);
    private readonly ConcurrentDictionary<DatasetSpec, Lazy<Task<string>>> _prepared = [];
    private readonly ConcurrentDictionary<(string, DatasetSpec), string> _faults = [];

    private Loaded? _loaded;

    private DatasetStore Store => new(_data.Datasets);

    public static bool IsFingerprint(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether the data set is here; one that only other silos had is, afterwards.</summary>
    public async Task<bool> ContainsAsync(string fingerprint, CancellationToken cancellationToken) =>
        Store.Contains(fingerprint)
        || (shared is not null && await shared.GetAsync(KeyOf(fingerprint), Store.PathOf(fingerprint), cancellationToken));

    /// <summary>A data set with its icons; null: it is neither here nor where other silos leave theirs. The last one that was asked for stays in memory.</summary>
    /// <exception cref="DatasetException">It is damaged.</exception>
    public async Task<IconDataset?> LoadAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (_loaded is { } loaded && loaded.Fingerprint == fingerprint)
            return loaded.Dataset;
        if (!IsFingerprint(fingerprint) || !await ContainsAsync(fingerprint, cancellationToken))
            return null;
        var dataset = await Task.Run(() => Store.Load(fingerprint), cancellationToken);
        _loaded = new(fingerprint, dataset);
        return dataset;
    }

    /// <summary>Makes a built-in data set, once, and returns its fingerprint.</summary>
    /// <exception cref="DatasetException">The description is impossible.</exception>
    /// <exception cref="ImageException">This machine lacks what draws it.</exception>
    public async Task<string> PrepareAsync(DatasetSpec spec)
    {
        var work = _prepared.GetOrAdd(spec, _ => new(() => Task.Run(async () =>
        {
            var dataset = DatasetSource.Prepare(spec, time, new InstalledPackages(_data.Packages));
            await KeepAsync(dataset);
            return dataset.Fingerprint;
        })));
        try
        {
            var fingerprint = await work.Value;
            if (Store.Contains(fingerprint))
                return fingerprint;
        }
        catch
        {
            _prepared.TryRemove(new(spec, work));
            throw;
        }

        // The file was deleted since.
        _prepared.TryRemove(new(spec, work));
        return await PrepareAsync(spec);
    }

    /// <summary>Why a stored data set is not the one that a run describes; null: it is.</summary>
    /// <exception cref="DatasetException">It is damaged.</exception>
    public async Task<string?> FaultAsync(string fingerprint, DatasetSpec wanted)
    {
        if (!_faults.TryGetValue((fingerprint, wanted), out var fault))
        {
            var found = await Task.Run(() => Store.Load(fingerprint));
            var isIt = found.Spec.GetType() == wanted.GetType() && found.ImageSize == wanted.ImageSize
                && found.HorizontalFlip == wanted.HorizontalFlip && found.Spec.Tags == wanted.Tags && found.Count <= (wanted.Count ?? int.MaxValue)
                && found.Spec.Background.Equals(wanted.Background, StringComparison.OrdinalIgnoreCase);
            fault = isIt ? "" : $"The data set {fingerprint} was made with other settings than the run's: {found.Spec}; wanted {wanted}.";
            _faults[(fingerprint, wanted)] = fault;
        }
        return fault.Length == 0 ? null : fault;
    }

    /// <summary>Keeps a prepared data set, here and where other silos look for it.</summary>
    public async Task KeepAsync(IconDataset dataset)
    {
        Store.Save(dataset);
        if (shared is not null && !await shared.ExistsAsync(KeyOf(dataset.Fingerprint), CancellationToken.None))
            await shared.PutAsync(KeyOf(dataset.Fingerprint), Store.PathOf(dataset.Fingerprint), CancellationToken.None);
    }

    private string KeyOf(string fingerprint) => _data.KeyOf(Store.PathOf(fingerprint));

    private sealed record Loaded(string Fingerprint, IconDataset Dataset);
}
