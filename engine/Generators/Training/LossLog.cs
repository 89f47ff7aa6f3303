using System.Text;
using System.Text.Json;
using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// A run's losses, one JSON line per optimiser step. A resumed run cuts the file back to its checkpoint's step, so the log of
/// an interrupted run is that of an undisturbed one but for the timings.
/// </summary>
public sealed class LossLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = SpecJson.Compact;

    private readonly FileStream _file;
    private readonly MemoryStream _pending = new();
    private long _written;

    /// <summary>Opens the log to go on after <paramref name="length"/> bytes; what lies beyond is cut off.</summary>
    /// <param name="path">The file, created if it is missing.</param>
    /// <param name="length">Length in bytes that the checkpoint recorded; 0 starts anew.</param>
    /// <exception cref="InvalidDataException">The file is shorter than the checkpoint says.</exception>
    public LossLog(string path, long length)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (_file.Length < length)
        {
            var found = _file.Length;
            _file.Dispose();
            throw new InvalidDataException($"'{path}' has {found} bytes; the checkpoint was made when it had {length}.");
        }

        _file.SetLength(length);
        _file.Position = _written = length;
    }

    /// <summary>Keeps an entry in memory until the next <see cref="Flush"/>.</summary>
    public void Append(LossEntry entry)
    {
        JsonSerializer.Serialize(_pending, entry, Json);
        _pending.WriteByte((byte)'\n');
    }

    /// <summary>
    /// Writes what has been appended. If the disk is full, the file is cut back to whole lines and the entries wait for the next call.
    /// </summary>
    /// <param name="toDisk">Whether to wait until the bytes would survive a power cut.</param>
    /// <returns>The file's length in bytes.</returns>
    /// <exception cref="IOException">The lines could not be written.</exception>
    public long Flush(bool toDisk)
    {
        try
        {
            _file.Write(_pending.GetBuffer(), 0, (int)_pending.Length);
            if (toDisk) _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            _file.SetLength(_written);
            _file.Position = _written;
            throw;
        }

        _written += _pending.Length;
        _pending.SetLength(0);
        return _written;
    }

    /// <summary>Writes what it can and closes the file.</summary>
    public void Dispose()
    {
        try
        {
            Flush(toDisk: false);
        }
        catch (IOException)
        {
            // Lines after the last checkpoint are written again when the run is resumed.
        }
        finally
        {
            _file.Dispose();
        }
    }

    /// <summary>All entries of a log, also of one that is being written: an unfinished last line is left out.</summary>
    public static IReadOnlyList<LossEntry> Read(string path)
    {
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = reader.ReadToEnd();
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        return [.. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<LossEntry>(line, Json)!)];
    }
}
