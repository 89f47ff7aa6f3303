using System.Collections.Concurrent;
using System.Text.Json;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Silo.Work;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.StaticFiles;

namespace IconDiffusion.Silo.Api;

/// <summary>A file of a run, open for reading.</summary>
internal sealed record OpenedFile(Stream Content, string ContentType, DateTimeOffset? Modified);

/// <summary>The files of runs and reports, and nothing else of this machine: what a request names is confined to the run's folder.</summary>
/// <param name="shared">Where silos with data folders of their own leave their runs; null: nowhere.</param>
internal sealed class RunFiles(SiloOptions options, TimeProvider time, IArtifactStore? shared = null)
{
    private const int MostListed = 100_000;
    private const int MostEvents = 10_000;
    private const string Copies = ".copies";
    private static readonly TimeSpan CopyAge = TimeSpan.FromSeconds(10);
    private static readonly string[] Growing = ["loss.jsonl", "window.jsonl"];
    private readonly ConcurrentDictionary<string, long> _copied = [];
    private readonly DataFolder _data = new(options.Data);
    private readonly FileExtensionContentTypeProvider _types = new()
    {
        Mappings = { [".jsonl"] = "application/x-ndjson", [".safetensors"] = "application/octet-stream", [".md"] = "text/markdown", [".tex"] = "application/x-latex" },
    };

    /// <summary>Removes what an earlier start had copied or made to serve it.</summary>
    public static void RemoveCopies(string data)
    {
        if (Path.Combine(data, Copies) is var folder && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>A path of its own for what is made to be served once; see <see cref="RemoveCopies"/>.</summary>
    public string NewCopy() => Path.Combine(_data.Path, Copies, Guid.NewGuid().ToString("N"));

    /// <summary>Whether there is anything of the run.</summary>
    public async Task<bool> ExistsAsync(string runId, CancellationToken cancellationToken) =>
        Directory.Exists(_data.Run(runId)) || (shared is not null && (await shared.ListAsync(Key(runId, ""), cancellationToken)).Count > 0);

    /// <summary>A readable loss log: the run's own, or, where another silo has gone on with it, a copy of what that has shared, no older than ten seconds.</summary>
    public async Task<string> LossLogAsync(string runId, CancellationToken cancellationToken)
    {
        var own = new FileInfo(new RunFolder(_data.Run(runId)).LossLogFile);
        if (shared is null)
            return own.FullName;
        var copy = new FileInfo(await CopyAsync(Key(runId, own.Name), cancellationToken));
        return !own.Exists || (copy.Exists && copy.Length > own.Length) ? copy.FullName : own.FullName;
    }

    /// <summary>What has happened to the run on any silo, oldest first, the last ten thousand events of each silo at most; what others have shared may come ten seconds late.</summary>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(string runId, CancellationToken cancellationToken)
    {
        var own = Events(new RunFolder(_data.Run(runId)).EventsFile);
        if (shared is null)
            return own;
        var all = own.ToHashSet();
        foreach (var key in (await shared.ListAsync(Key(runId, "events/"), cancellationToken)).Keys.Where(key => key != StoreTransfer.EventsKey($"runs/{runId}", options.Name)))
            all.UnionWith(Events(await CopyAsync(key, cancellationToken)));
        return [.. all.OrderBy(each => each.At)];
    }

    private static IReadOnlyList<RunEvent> Events(string path)
    {
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

    // Of a file that grows.
    private async Task<string> CopyAsync(string key, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(_data.Path, Copies, key.Replace('/', '-'));
        if (!_copied.TryGetValue(key, out var at) || time.GetElapsedTime(at) > CopyAge)
        {
            _copied[key] = time.GetTimestamp();
            await shared!.GetAsync(key, copy, cancellationToken);
        }
        return copy;
    }

    /// <summary>All files but locks and those half written, in the order of their paths; null: there is no such run.</summary>
    public async Task<IReadOnlyList<RunFile>?> ListAsync(string runId, CancellationToken cancellationToken)
    {
        var files = Here(new(_data.Run(runId))).ToDictionary(file => file.Path);
        if (shared is not null)
            foreach (var (key, bytes) in await shared.ListAsync(Key(runId, ""), cancellationToken))
                if (key[Key(runId, "").Length..] is var path && IsPublic(path))
                    files.TryAdd(path, new(path, bytes, null));
        return files.Count == 0 && !Directory.Exists(_data.Run(runId)) ? null : [.. files.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>Opens a file; null: there is none of that name, or the name leads out of the run's folder.</summary>
    public async Task<OpenedFile?> OpenAsync(string runId, string path, CancellationToken cancellationToken)
    {
        if (!IsPublic(path))
            return null;
        var here = OpenHere(_data.Run(runId), path);
        if (here is not null && (shared is null || !Growing.Contains(path)))
            return here;
        var there = await OpenThereAsync(Key(runId, path), cancellationToken);
        var (taken, other) = there?.Content.Length > (here?.Content.Length ?? -1) ? (there, here) : (here, there);
        if (other is not null)
            await other.Content.DisposeAsync();
        return taken;
    }

    /// <summary>Opens a file of a report; null: it is neither here nor where silos leave their files.</summary>
    /// <param name="name">One of the report's own.</param>
    public async Task<OpenedFile?> OpenAsync(string experiment, ReportSummary report, string name, CancellationToken cancellationToken)
    {
        if (!report.Files.Contains(name))
            return null;
        // Where silos have folders of their own, another one may have made a newer report than is here.
        return (shared is null || ReportStage.Read(_data, experiment)?.Results == report.Results) && OpenHere(_data.Experiment(experiment), name) is { } here
            ? here
            : await OpenThereAsync($"experiments/{experiment}/{name}", cancellationToken);
    }

    private async Task<OpenedFile?> OpenThereAsync(string key, CancellationToken cancellationToken)
    {
        // Not into its own folder, where work would take it for its own.
        var copy = NewCopy();
        if (shared is null || !await shared.GetAsync(key, copy, cancellationToken))
            return null;
        var file = new FileStream(copy, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        return new(file, TypeOf(key), null);
    }

    private static IEnumerable<RunFile> Here(DirectoryInfo folder)
    {
        if (!folder.Exists)
            return [];
        var found = folder.EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        });
        return found.Take(MostListed)
            .Select(file => new RunFile(Path.GetRelativePath(folder.FullName, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file.Length, file.LastWriteTimeUtc))
            .Where(file => IsPublic(file.Path));
    }

    private OpenedFile? OpenHere(string folder, string path)
    {
        var full = folder;
        foreach (var part in path.Split('/'))
        {
            full = Path.Combine(full, part);

            // A link may lead anywhere; runs hold none.
            if (new FileInfo(full).LinkTarget is not null)
                return null;
        }
        if (!File.Exists(full))
            return null;
        try
        {
            var file = Share(full);
            return new(new SnapshotStream(file), TypeOf(path), File.GetLastWriteTimeUtc(file.SafeFileHandle));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Names of files as runs have them: no way up or out, nothing hidden, no locks.
    private static bool IsPublic(string path) => Path.GetExtension(path) != ".lock"
        && path.Split('/').All(part => part.Length > 0 && part[0] != '.' && !part.Any(c => c is '\\' or ':' || char.IsControl(c)));

    private string TypeOf(string path) => _types.TryGetContentType(path, out var type) ? type : "application/octet-stream";

    private static string Key(string runId, string path) => $"runs/{runId}/{path}";

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
