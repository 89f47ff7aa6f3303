using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// One run's checkpoints. A checkpoint counts only once its file has been written, flushed, read back and found to have
/// the bytes that were meant; then its manifest is written, and then older ones go: the newest two and the best stay.
/// A bad one is skipped with a warning, never loaded.
/// </summary>
/// <param name="folder">The run's folder; the caller holds its <see cref="RunLock"/>.</param>
/// <param name="runId">Identity of the run; checkpoints of other runs are not loaded and not deleted.</param>
/// <param name="warn">Receives one sentence for each checkpoint that is skipped.</param>
public sealed class CheckpointStore(RunFolder folder, string runId, Action<string> warn)
{
    private const int NewestKept = 2;

    private readonly HashSet<long> _skipped = [];

    /// <summary>Writes and verifies a checkpoint, then removes those that are no longer needed.</summary>
    /// <param name="tensors">Everything to keep, by name.</param>
    /// <param name="moment">Where the run stands.</param>
    /// <exception cref="IOException">It could not be written or did not read back; earlier checkpoints are untouched.</exception>
    public CheckpointManifest Save(IReadOnlyDictionary<string, Tensor> tensors, CheckpointMoment moment)
    {
        var file = folder.CheckpointFile(moment.Step);
        var hash = "";
        var metadata = new Dictionary<string, string> { ["run"] = runId, ["step"] = $"{moment.Step}" };
        AtomicFile.Write(file, stream => hash = TensorFile.Write(stream, tensors, metadata));
        var manifest = new CheckpointManifest
        {
            Format = CheckpointManifest.CurrentFormat,
            RunId = runId,
            Moment = moment,
            Bytes = new FileInfo(file).Length,
            Sha256 = hash,
        };
        if (Damage(manifest) is { } damage)
            throw new IOException($"'{file}' was written, but when read back {damage}.");
        AtomicFile.WriteAllText(folder.ManifestFile(moment.Step), JsonSerializer.Serialize(manifest, SpecJson.Indented));
        _skipped.Remove(moment.Step);
        RemoveOthers(moment.Step);
        return manifest;
    }

    /// <summary>Copies the newest sound checkpoint into <paramref name="tensors"/>.</summary>
    /// <param name="tensors">The tensors to fill, with the names, shapes and types of those that were saved.</param>
    /// <returns>What was loaded; null if there is nothing sound.</returns>
    public CheckpointManifest? RestoreNewest(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var step in Steps())
        {
            try
            {
                var manifest = ReadManifest(step);
                if (Damage(manifest) is { } damage) throw new InvalidDataException(damage);
                TensorFile.Read(folder.CheckpointFile(step), tensors);
                return manifest;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or JsonException or UnauthorizedAccessException)
            {
                _skipped.Add(step);
                warn($"Checkpoint '{folder.CheckpointFile(step)}' is skipped: {e.Message}");
            }
        }

        return null;
    }

    /// <summary>Removes what a process that was killed while writing has left.</summary>
    public void RemoveTemporaryFiles()
    {
        foreach (var file in Directory.EnumerateFiles(folder.Path, ".*.tmp", SearchOption.AllDirectories))
            File.Delete(file);
    }

    private CheckpointManifest ReadManifest(long step)
    {
        var file = folder.ManifestFile(step);
        if (!File.Exists(file)) throw new InvalidDataException("it has no manifest, so the process that wrote it ended before it was verified.");
        var manifest = JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllText(file), SpecJson.Indented)
            ?? throw new InvalidDataException("its manifest is empty.");
        if (manifest.Format != CheckpointManifest.CurrentFormat)
            throw new InvalidDataException($"its format is {manifest.Format}; this version reads {CheckpointManifest.CurrentFormat}.");
        if (manifest.RunId != runId)
            throw new InvalidDataException($"it belongs to run {manifest.RunId}, not to {runId}.");
        if (manifest.Moment.Step != step)
            throw new InvalidDataException($"its manifest is that of step {manifest.Moment.Step}.");
        return manifest;
    }

    // What is wrong with the weights file, null if its bytes are those that were written.
    private string? Damage(CheckpointManifest manifest)
    {
        using var file = File.OpenRead(folder.CheckpointFile(manifest.Moment.Step));
        if (file.Length != manifest.Bytes) return $"it has {file.Length} bytes of {manifest.Bytes}.";
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        return hash == manifest.Sha256 ? null : $"its SHA-256 is {hash}, not {manifest.Sha256}.";
    }

    private void RemoveOthers(long newest)
    {
        var ours = new Dictionary<long, CheckpointManifest>();
        foreach (var step in Steps())
        {
            try
            {
                ours.Add(step, ReadManifest(step));
            }
            catch (Exception e) when (e is IOException or InvalidDataException or JsonException)
            {
                // Half a checkpoint goes; a whole one of another run is not ours to remove.
                if (!File.Exists(folder.ManifestFile(step))) File.Delete(folder.CheckpointFile(step));
            }
        }

        // Steps beyond the newest are of a past that this run did not resume from.
        var sound = ours.Where(entry => entry.Key <= newest && !_skipped.Contains(entry.Key)).ToList();
        var kept = sound.Select(entry => entry.Key).OrderDescending().Take(NewestKept)
            .Append(sound.MinBy(entry => entry.Value.Moment.MeanLoss).Key);
        foreach (var step in ours.Keys.Except(kept))
        {
            File.Delete(folder.ManifestFile(step));  // first, so that a file without one is never taken for whole
            File.Delete(folder.CheckpointFile(step));
        }
    }

    // Newest first.
    private IEnumerable<long> Steps() =>
        !Directory.Exists(folder.Checkpoints)
            ? []
            : Directory.EnumerateFiles(folder.Checkpoints, "step-*.*")
                .Select(file => long.TryParse(Path.GetFileNameWithoutExtension(file)["step-".Length..], NumberStyles.None, null, out var step) ? step : -1)
                .Where(step => step >= 0)
                .Distinct()
                .OrderDescending();
}
