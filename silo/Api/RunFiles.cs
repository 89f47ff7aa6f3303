using System.Text.Json;
using IconDiffusion.Engine.Experiments;
using IconDiffusion.Engine.Training;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.StaticFiles;

namespace IconDiffusion.Silo.Api;

/// <summary>A file of a run, open for reading.</summary>
internal sealed record OpenedFile(Stream Content, string ContentType, DateTimeOffset Modified);

/// <summary>The files of runs, and nothing else of this machine: what a request names is confined to the run's folder.</summary>
internal sealed class RunFiles(SiloOptions options)
{
    private const int MostListed = 100_000;
    private const int MostEvents = 10_000;
    private readonly DataFolder _data = new(options.Data);
    private readonly FileExtensionContentTypeProvider _types = new()
    {
        Mappings = { [".jsonl"] = "application/x-ndjson", [".safetensors"] = "application/octet-stream", [".md"] = "text/markdown" },
    };

    public bool Exists(string runId) => Directory.Exists(_data.Run(runId));

    public string LossLog(string runId) => new RunFolder(_data.Run(runId)).LossLogFile;

    /// <summary>What has happened to the run, the last ten thousand events at most.</summary>
    public IReadOnlyList<RunEvent> Events(string runId)
    {
        var path = Path.Combine(_data.Run(runId), "events.jsonl");
        if (!File.Exists(path))
            return [];
        using var reader = new StreamReader(Share(path));
        var events = new Queue<RunEvent>();
        while (reader.ReadLine() is { } line)
        {
            // The last line may be half written; the next look finds it whole.
            if (Parse(line) is not { } each)
                continue;
            events.Enqueue(each);
            if (events.Count > MostEvents)
                events.Dequeue();
        }
        return [.. events];
    }

    /// <summary>All files but locks and those half written, in the order of their paths; null: there is no such run.</summary>
    public IReadOnlyList<RunFile>? List(string runId)
    {
        var folder = new DirectoryInfo(_data.Run(runId));
        if (!folder.Exists)
            return null;
        var found = folder.EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        });
        return [.. found.Where(file => file.Extension != ".lock").Take(MostListed)
            .Select(file => new RunFile(Path.GetRelativePath(folder.FullName, file.FullName).Replace('\\', '/'), file.Length, file.LastWriteTimeUtc))
            .OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>Opens a file; null: there is none of that name, or the name leads out of the run's folder.</summary>
    public OpenedFile? Open(string runId, string path)
    {
        var full = _data.Run(runId);
        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0 || part[0] == '.' || part.Any(c => c is '\\' or ':' || char.IsControl(c)))
                return null;
            full = Path.Combine(full, part);

            // A link may lead anywhere; runs hold none.
            if (new FileInfo(full).LinkTarget is not null)
                return null;
        }
        if (!File.Exists(full) || Path.GetExtension(full) == ".lock")
            return null;
        try
        {
            var file = Share(full);
            return new(new SnapshotStream(file), _types.TryGetContentType(full, out var type) ? type : "application/octet-stream",
                File.GetLastWriteTimeUtc(file.SafeFileHandle));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static RunEvent? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<RunEvent>(line, SpecJson.Compact);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FileStream Share(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
