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

/// <summary>The silo's prepared data sets: built-in ones it makes itself, the others are uploaded.</summary>
/// <param name="shared">Where other silos look for them too; null: nowhere.</param>
internal sealed class Datasets(SiloOptions options, TimeProvider time, IArtifactStore? shared = null) : IDisposable
{
    private readonly DataFolder _data = new(options.Data);
    private readonly ConcurrentDictionary<DatasetSpec, Lazy<Task<string>>> _prepared = [];
    private readonly ConcurrentDictionary<(string, DatasetSpec), string> _faults = [];
    private readonly SemaphoreSlim _upload = new(2);

    private DatasetStore Store => new(_data.Datasets);

    public static bool IsFingerprint(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether the data set is here; one that only other silos had is, afterwards.</summary>
    public async Task<bool> ContainsAsync(string fingerprint, CancellationToken cancellationToken) =>
        Store.Contains(fingerprint)
        || (shared is not null && await shared.GetAsync(KeyOf(fingerprint), Store.PathOf(fingerprint), cancellationToken));

    /// <summary>The id of the consent that a data set here came with last; null: none, or it is damaged.</summary>
    public string? ConsentOf(string fingerprint)
    {
        try
        {
            return Store.ConsentOf(fingerprint) is { } consent ? ConsentRegistry.IdOf(consent) : null;
        }
        catch (DatasetException)
        {
            return null;
        }
    }

    /// <summary>Makes a built-in data set, once, and returns its fingerprint.</summary>
    /// <exception cref="DatasetException">The description is impossible.</exception>
    /// <exception cref="ImageException">This machine lacks what draws it.</exception>
    public async Task<string> PrepareAsync(DatasetSpec spec)
    {
        var work = _prepared.GetOrAdd(spec, _ => new(() => Task.Run(async () =>
        {
            var dataset = DatasetSource.Prepare(spec, time, new InstalledPackages(_data.Packages));
            Store.Save(dataset);
            await ShareAsync(dataset.Fingerprint, CancellationToken.None);
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
                && found.HorizontalFlip == wanted.HorizontalFlip && found.Count <= (wanted.Count ?? int.MaxValue)
                && found.Spec.Background.Equals(wanted.Background, StringComparison.OrdinalIgnoreCase);
            fault = isIt ? "" : $"The data set {fingerprint} was made with other settings than the run's: {found.Spec}; wanted {wanted}.";
            _faults[(fingerprint, wanted)] = fault;
        }
        return fault.Length == 0 ? null : fault;
    }

    /// <summary>Takes in a prepared data set if it is what its name says.</summary>
    /// <returns>Whether it is new, or came under another consent.</returns>
    /// <exception cref="DatasetException">The content has another fingerprint, or is no data set.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task<bool> ReceiveAsync(string fingerprint, Stream content, CancellationToken cancellationToken)
    {
        await _upload.WaitAsync(cancellationToken);
        var folder = Path.Combine(_data.Datasets, $".upload-{Guid.NewGuid():N}");
        try
        {
            // A store of its own until it has been verified: nobody ever loads half a data set, or a false one.
            Directory.CreateDirectory(folder);
            var aside = new DatasetStore(folder);
            await using (var file = new FileStream(aside.PathOf(fingerprint), FileMode.CreateNew, FileAccess.Write))
            {
                await content.CopyToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }
            var dataset = await Task.Run(() => aside.Load(fingerprint), cancellationToken);
            if (await ContainsAsync(fingerprint, cancellationToken) && (dataset.Consent is null || ConsentRegistry.IdOf(dataset.Consent) == ConsentOf(fingerprint)))
                return false;
            new ConsentRegistry(_data.Consents, time).Add(fingerprint, dataset.Consent);
            File.Move(aside.PathOf(fingerprint), Store.PathOf(fingerprint), overwrite: true);
            await ShareAsync(fingerprint, cancellationToken);
            return true;
        }
        finally
        {
            _upload.Release();
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose() => _upload.Dispose();

    private async Task ShareAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (shared is not null && !await shared.ExistsAsync(KeyOf(fingerprint), cancellationToken))
            await shared.PutAsync(KeyOf(fingerprint), Store.PathOf(fingerprint), cancellationToken);
    }

    // Keys are the files' paths in the data folder.
    private string KeyOf(string fingerprint) =>
        Path.GetRelativePath(_data.Path, Store.PathOf(fingerprint)).Replace(Path.DirectorySeparatorChar, '/');
}
