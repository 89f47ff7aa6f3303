using System.Text.Json;
using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Win32.SafeHandles;

namespace IconDiffusion.Silo.Api;

/// <summary>Reads a run's loss log, one JSON line per step in ascending order, from any step on: a log of half a day has a million lines.</summary>
internal static class LossLogReader
{
    private const int Chunk = 512;

    // Methods may log more figures than these.
    private static readonly JsonSerializerOptions Json = new(SpecJson.Compact) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>The first <paramref name="limit"/> entries whose step is greater than <paramref name="after"/>; an unfinished last line is left out.</summary>
    public static IReadOnlyList<LossPoint> Read(string path, long after, int limit)
    {
        using var file = Open(path);
        if (file is null)
            return [];
        var points = new List<LossPoint>();
        using var stream = new FileStream(file, FileAccess.Read);
        stream.Position = FirstLineAfter(file, after);
        using var reader = new StreamReader(stream);
        while (points.Count < limit && reader.ReadLine() is { } line)
            if (Parse(line) is { } point && point.Step > after)
                points.Add(point);
        return points;
    }

    /// <summary>The last whole line's step; 0: there is none.</summary>
    public static long LastStep(string path)
    {
        using var file = Open(path);
        if (file is null)
            return 0;
        for (var start = RandomAccess.GetLength(file) - Chunk; ; start -= Chunk)
        {
            long last = 0;
            for (var at = LineStart(file, Math.Max(0, start)); LineAt(file, at) is { } line; at += line.Length + 1)
                last = Parse(line)?.Step ?? last;
            if (last > 0 || start <= 0)
                return last;
        }
    }

    // Bisection over bytes: the first line that starts at or after an offset belongs to a step that only grows with the offset.
    private static long FirstLineAfter(SafeFileHandle file, long after)
    {
        if (after == 0)
            return 0;
        var (low, high) = (0L, RandomAccess.GetLength(file));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (LineAt(file, LineStart(file, middle)) is { } line && Parse(line)?.Step <= after)
                low = middle + 1;
            else
                high = middle;
        }
        return LineStart(file, low);
    }

    // Where the first line that starts at or after an offset does.
    private static long LineStart(SafeFileHandle file, long offset)
    {
        if (offset == 0)
            return 0;
        Span<byte> bytes = stackalloc byte[Chunk];
        for (var at = offset - 1; ; at += Chunk)
        {
            var read = RandomAccess.Read(file, bytes, at);
            if (bytes[..read].IndexOf((byte)'\n') is var end and >= 0)
                return at + end + 1;
            if (read < Chunk)
                return at + read;
        }
    }

    private static string? LineAt(SafeFileHandle file, long start)
    {
        Span<byte> bytes = stackalloc byte[Chunk];
        var read = RandomAccess.Read(file, bytes, start);
        var end = bytes[..read].IndexOf((byte)'\n');
        return end < 0 ? null : System.Text.Encoding.UTF8.GetString(bytes[..end]);
    }

    private static LossPoint? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<LossPoint>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SafeFileHandle? Open(string path) =>
        File.Exists(path) ? File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete) : null;
}
