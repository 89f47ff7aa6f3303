using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>How many of a run's icons the public has seen.</summary>
/// <param name="Next">Number of the next icon.</param>
/// <param name="Shown">Icons that were shown.</param>
/// <param name="Copies">Icons that were copies and were not shown.</param>
public sealed record ShownTally(int Next, long Shown, long Copies);

/// <summary>
/// Gives out the numbers of a run's icons for the public, each once: a number is on disk before its icon is drawn, so that no crash brings one
/// back. One process at a time.
/// </summary>
public sealed class ShownIcons : IDisposable
{
    /// <summary>The first number. Those below are the run's own, for <c>icon run</c> and <c>icon sample</c>.</summary>
    public const int First = 1_000_000;

    private readonly string _path;
    private readonly FileLock _lock;

    /// <exception cref="ExperimentException">Another process shows icons of the run, or the file is damaged.</exception>
    public ShownIcons(RunFolder folder)
    {
        _path = folder.ShownFile;
        _lock = FileLock.TryTake(_path + ".lock", isTemporary: true)
            ?? throw new ExperimentException($"Another process shows icons of the run {Path.GetFileName(folder.Path)}; one at a time, or two visitors would see the same.");
        try
        {
            Tally = File.Exists(_path) ? JsonSerializer.Deserialize<ShownTally>(File.ReadAllText(_path), SpecJson.Indented)! : new(First, 0, 0);
        }
        catch (JsonException error)
        {
            _lock.Dispose();
            throw new ExperimentException($"'{_path}' says which icons have been shown and cannot be read: {error.Message} Mend its \"next\"; without it icons would be shown twice.");
        }
    }

    /// <summary>What has been shown so far.</summary>
    public ShownTally Tally { get; private set; }

    /// <summary>A number that nobody has had.</summary>
    public int Take()
    {
        var number = Tally.Next;
        Save(Tally with { Next = number + 1 });
        return number;
    }

    /// <summary>Counts what became of an icon.</summary>
    public void Count(bool isCopy) => Save(isCopy ? Tally with { Copies = Tally.Copies + 1 } : Tally with { Shown = Tally.Shown + 1 });

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private void Save(ShownTally tally)
    {
        AtomicFile.WriteAllText(_path, JsonSerializer.Serialize(tally, SpecJson.Indented) + "\n");
        Tally = tally;
    }
}
