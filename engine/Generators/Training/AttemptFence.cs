using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// Keeps an attempt that is thought lost from writing once a newer one has begun: each notes its number in a file beside what it
/// writes, and looks there before it writes. Of two attempts with one number, of different silos, the first one counts: the database that
/// numbers come from was set back to an earlier state.
/// </summary>
/// <param name="path">Where attempts at this work are noted.</param>
/// <param name="work">Names the work; numbers of different works in one folder are not compared.</param>
/// <param name="attempt">Newer attempts have higher numbers.</param>
/// <param name="silo">Who makes it, for error messages.</param>
public sealed class AttemptFence(string path, string work, int attempt, string silo)
{
    /// <summary>Where the note is.</summary>
    public string Path => path;

    /// <summary>Notes this attempt, unless one at other work is noted and <paramref name="takeOver"/> is false.</summary>
    /// <returns>Whether it is noted now.</returns>
    /// <exception cref="SupersededException">A newer attempt at the same work is noted, or another silo's of the same number.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public bool Enter(bool takeOver)
    {
        var noted = Read();
        if (noted?.Work == work) ThrowIfNewer(noted);
        else if (noted is not null && !takeOver) return false;
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(new Note(work, attempt, silo), SpecJson.Compact));
        return true;
    }

    /// <summary>To be called before anything is written.</summary>
    /// <exception cref="SupersededException">Another attempt is noted by now.</exception>
    /// <exception cref="IOException">The note is gone, and the folder with it: it was unmounted or deleted.</exception>
    public void Verify()
    {
        var noted = Read() ?? throw AtomicFile.Gone(path);
        if (noted.Work != work) throw Superseded(noted);
        ThrowIfNewer(noted);
    }

    private void ThrowIfNewer(Note noted)
    {
        if (noted.Attempt > attempt || (noted.Attempt == attempt && noted.Silo != silo)) throw Superseded(noted);
    }

    private SupersededException Superseded(Note noted) =>
        new($"Attempt {attempt} at {work} on {silo} was superseded by attempt {noted.Attempt} at {noted.Work} on {noted.Silo}; it has written nothing since.");

    /// <summary>The number of the attempt at some work that is noted in a file; 0: none is.</summary>
    /// <param name="path">Where attempts at the work are noted.</param>
    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    public static int Newest(string path, string work) => Read(path) is { } noted && noted.Work == work ? noted.Attempt : 0;

    private Note? Read() => Read(path);

    // A damaged note counts as none before anything is written, and as a lost one later.
    private static Note? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Note>(File.ReadAllText(path), SpecJson.Compact);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private sealed record Note(string Work, int Attempt, string Silo);
}

/// <summary>A newer attempt at the same work has begun; this one has to end without writing anything.</summary>
public sealed class SupersededException(string message) : Exception(message);
