using System.Security.Cryptography;
using System.Text.Json;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Backups;

/// <summary>
/// All that a silo or a cluster keeps, as a folder of plain files: <c>database/</c>, <c>data/</c> (the data folder), <c>store/</c> (what silos share, where
/// they have a store) and <c>SHA256SUMS</c>. It is made while silos work: the database first, as it is at one moment, so that there are files of
/// all that it knows; what the files know beyond it is found by the work that is done again, as after a crash.
/// </summary>
internal static class Backup
{
    private const string AboutFile = "backup.json";
    private const string SumsFile = "SHA256SUMS";
    private const string UnfinishedEnding = ".unfinished";
    private const int MostLooks = 10;

    /// <summary>What <see cref="BackupProgress"/> tells of, in this order where a backup is made; first the checksums where one is restored.</summary>
    public const string DataPart = "data folder";

    /// <inheritdoc cref="DataPart"/>
    public const string StorePart = "store";

    /// <inheritdoc cref="DataPart"/>
    public const string SumsPart = "checksums";

    /// <summary>Makes a backup; where it cannot be made, nothing is left.</summary>
    /// <param name="options">As the silo has them: which data folder, which store, which database.</param>
    /// <param name="folder">Where to, a folder that is not there yet.</param>
    /// <param name="progress">Is told how far each part of it is; null: nobody wants to know.</param>
    /// <exception cref="SiloOptionsException">There is something already, or nothing to be backed up.</exception>
    /// <exception cref="IOException">The database, the store or a folder cannot be read or written.</exception>
    public static async Task<BackupSummary> MakeAsync(SiloOptions options, string folder, CancellationToken cancellation, BackupProgress? progress = null)
    {
        var (data, target) = (new DataFolder(options.Data), Path.GetFullPath(folder));
        var unfinished = target + UnfinishedEnding;
        if (Path.Exists(target))
            throw new SiloOptionsException([$"'{target}' is there already; wanted a folder for this backup alone, which is made."]);
        if ((target + Path.DirectorySeparatorChar).StartsWith(data.Path + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new SiloOptionsException([$"'{target}' is in the data folder, '{data.Path}', and would be lost together with it; wanted a place elsewhere, on another disk or machine."]);
        if (Path.Exists(unfinished))
            throw new SiloOptionsException([$"'{unfinished}' is there, of a backup that goes on or was killed; delete it if none goes on."]);
        if (options.Cluster is null && !File.Exists(DatabaseFile(data.Path)))
            throw new SiloOptionsException([$"There is nothing to be backed up: no silo has worked in '{data.Path}', and no cluster is named; wanted --data DIR, or --join FILE."]);
        var store = options.Artifacts is { } location ? ArtifactStores.Open(location) : null;
        CreateForOwner(unfinished);
        try
        {
            var database = Directory.CreateDirectory(Path.Combine(unfinished, "database")).FullName;
            if (options.Cluster is { } cluster)
                await ClusterDatabase.SaveAsync(cluster.Database, cluster.Id, database, cancellation, cluster.Keys?.Authority).ConfigureAwait(false);
            else
                SiloDatabase.Save(DatabaseFile(data.Path), DatabaseFile(database));
            // What comes meanwhile is copied as well, and belongs to no total.
            var local = new Progress(progress, DataPart, Files(data.Path).Where(IsKept).Sum(path => LengthOf(Path.Combine(data.Path, path))));
            await CopyAsync(under => Task.FromResult(Files(data.Path, under)), (path, to) =>
            {
                var copied = TryCopy(Path.Combine(data.Path, path), to);
                local.Add(LengthOf(to));
                return Task.FromResult(copied);
            }, Path.Combine(unfinished, "data"), cancellation).ConfigureAwait(false);
            local.End();
            if (store is not null)
            {
                var shared = new Progress(progress, StorePart, (await store.ListAsync("", cancellation).ConfigureAwait(false)).Keys.Count(IsKept));
                await CopyAsync(async under => (await store.ListAsync(under, cancellation).ConfigureAwait(false)).Keys, async (key, to) =>
                {
                    var copied = await store.GetAsync(key, to, cancellation).ConfigureAwait(false);
                    shared.Add(1);
                    return copied;
                }, Path.Combine(unfinished, "store"), cancellation).ConfigureAwait(false);
                shared.End();
            }
            var about = new About(About.Newest, EvaluationStage.CodeVersion, DateTimeOffset.UtcNow, options.Cluster?.Id, store?.Name);
            await File.WriteAllTextAsync(Path.Combine(unfinished, AboutFile), JsonSerializer.Serialize(about, SpecJson.Indented) + "\n", cancellation).ConfigureAwait(false);
            var summary = await SumAsync(unfinished, progress, cancellation).ConfigureAwait(false);
            Directory.Move(unfinished, target);
            return summary with { Folder = target };
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }
    }

    /// <summary>Puts a backup where there is nothing yet: data folder, store, and at last the database. Whatever is wrong is told before anything is written.</summary>
    /// <param name="options">As the silo that is to go on will have them.</param>
    /// <param name="folder">The backup.</param>
    /// <param name="progress">Is told how far each part of it is; null: nobody wants to know.</param>
    /// <exception cref="SiloOptionsException">The backup is damaged or none, it is not of such a silo, or something is there that it would go over.</exception>
    /// <exception cref="SiloStartException">A silo works in the data folder.</exception>
    /// <exception cref="IOException">The database, the store or a folder cannot be read or written.</exception>
    public static async Task<BackupSummary> RestoreAsync(SiloOptions options, string folder, CancellationToken cancellation, BackupProgress? progress = null)
    {
        folder = Path.GetFullPath(folder);
        var about = Read(folder);
        var summary = await VerifyAsync(folder, progress, cancellation).ConfigureAwait(false);
        if (about.Cluster != options.Cluster?.Id)
            throw new SiloOptionsException([about.Cluster is null
                ? $"The backup '{folder}' is of a silo of its own, and a cluster is named; wanted no --join and no setting in Cluster."
                : $"The backup '{folder}' is of the cluster '{about.Cluster}', and {(options.Cluster is { } other ? $"the settings name '{other.Id}'" : "none is named")}; wanted --join FILE or ICONDIFFUSION_CLUSTER__DATABASE."]);
        if (about.Store is not null && options.Artifacts is null)
            throw new SiloOptionsException([$"The backup '{folder}' has the files that silos shared over '{about.Store}'; wanted an empty store for them: ICONDIFFUSION_SILO__ARTIFACTS."]);
        var data = Path.GetFullPath(options.Data);
        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Select(Path.GetFileName).Order().Take(5).ToArray() is { Length: > 0 } found)
            throw new SiloOptionsException([$"There is something in the data folder '{data}' already ({string.Join(", ", found)}); wanted a new or empty folder."]);
        var store = about.Store is null ? null : ArtifactStores.Open(options.Artifacts!);
        if (store is not null && (await store.ListAsync("", cancellation).ConfigureAwait(false)).Keys.FirstOrDefault() is { } key)
            throw new SiloOptionsException([$"There is something in the store {store.Name} already ('{key}'); wanted an empty one."]);
        if (options.Cluster is { } cluster)
        {
            await ClusterDatabase.InitializeAsync(cluster.Database, cancellation, cluster.Keys?.Authority).ConfigureAwait(false);
            await ClusterDatabase.CheckUnusedAsync(cluster.Database, cluster.Id, cancellation, cluster.Keys?.Authority).ConfigureAwait(false);
        }
        using var own = SiloLock.Take(data, options.Cluster is null ? null : options.Name);
        if (store is not null)
        {
            var shared = Whole(StorePart, Path.Combine(folder, "store"));
            foreach (var path in Files(Path.Combine(folder, "store")))
            {
                var from = Path.Combine(folder, "store", path);
                await store.PutAsync(path, from, cancellation).ConfigureAwait(false);
                shared.Add(LengthOf(from));
            }
            shared.End();
        }
        var local = Whole(DataPart, Path.Combine(folder, "data"));
        foreach (var path in Files(Path.Combine(folder, "data")))
        {
            cancellation.ThrowIfCancellationRequested();
            var from = Path.Combine(folder, "data", path);
            Copy(from, Path.Combine(data, path));
            local.Add(LengthOf(from));
        }
        local.End();
        // The database last: where it is, everything is.
        if (options.Cluster is { } restored)
            await ClusterDatabase.LoadAsync(restored.Database, restored.Id, Path.Combine(folder, "database"), cancellation, restored.Keys?.Authority).ConfigureAwait(false);
        else
            Copy(DatabaseFile(Path.Combine(folder, "database")), DatabaseFile(data));
        return summary with { Folder = folder };

        Progress Whole(string part, string of) => new(progress, part, Files(of).Sum(path => LengthOf(Path.Combine(of, path))));
    }

    // A run as it is between two checkpoints, or at its end, as a crash there would leave it: what else it has written belongs to them. Its checkpoints first,
    // since its logs are cut back to one and so have to be as long. Where a newer one has come meanwhile, the run is copied anew.
    internal static async Task CopyAsync(Func<string, Task<IEnumerable<string>>> list, Func<string, string, Task<bool>> get, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        foreach (var group in (await ListAsync("").ConfigureAwait(false)).GroupBy(RunOf))
        {
            if (group.Key is not { } run)
            {
                foreach (var path in group)
                    await GetAsync(path).ConfigureAwait(false);
                continue;
            }
            for (var look = 1; ; look++)
            {
                var paths = await ListAsync(run).ConfigureAwait(false);
                foreach (var path in paths.OrderBy(path => !IsCheckpoint(path)))
                    await GetAsync(path).ConfigureAwait(false);
                if (paths.Where(IsCheckpoint).SequenceEqual((await ListAsync(run).ConfigureAwait(false)).Where(IsCheckpoint)))
                    break;
                if (look == MostLooks)
                    throw new IOException($"'{run}' had new checkpoints {MostLooks} times while it was copied; pause its experiment, or use a faster disk.");
                Directory.Delete(Path.Combine(folder, run), recursive: true);
            }
        }

        async Task<string[]> ListAsync(string under) => [.. (await list(under).ConfigureAwait(false)).Where(IsKept).Order(StringComparer.Ordinal)];

        async Task<bool> GetAsync(string path)
        {
            cancellation.ThrowIfCancellationRequested();
            return await get(path, Path.Combine(folder, path)).ConfigureAwait(false);
        }
    }

    private static string? RunOf(string path) => path.Split('/') is ["runs", var run, _, ..] ? $"runs/{run}/" : null;

    private static bool IsCheckpoint(string path) => path.Split('/') is ["runs", _, "checkpoints", _];

    // Neither what belongs to a life of a silo, its locks, address and notes of attempts, nor what is half written, nor the database, which is copied by itself.
    private static bool IsKept(string path) => path.Split('/') is var parts
        && !parts.Any(part => part.StartsWith('.'))
        && Path.GetExtension(path) is not (".lock" or ".tmp" or ".store")
        && parts is not (["cluster.db" or "cluster.db-wal" or "cluster.db-shm"] or [.., "attempt.json"] or [.., "attempts", _])
        && !(parts is [var name] && name.StartsWith("silo", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal));

    private static IEnumerable<string> Files(string folder, string under = "") => !Directory.Exists(Path.Combine(folder, under)) ? [] : Directory
        .EnumerateFiles(Path.Combine(folder, under), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'));

    private static bool TryCopy(string from, string to)
    {
        try
        {
            Copy(from, to);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException && !File.Exists(from))
        {
            return false;
        }
    }

    // With the rights that it has, from the first byte on: tokens and keys are their owner's alone.
    private static void Copy(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = File.GetUnixFileMode(source.SafeFileHandle);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using var target = new FileStream(to, options);
        source.CopyTo(target);
        target.Flush(flushToDisk: true);
    }

    // As sha256sum writes and checks them.
    private static async Task<BackupSummary> SumAsync(string folder, BackupProgress? progress, CancellationToken cancellation)
    {
        var (lines, bytes) = (new List<string>(), 0L);
        var done = Checking(folder, progress);
        foreach (var path in Files(folder).Order(StringComparer.Ordinal).ToArray())
        {
            var (hash, length) = await HashAsync(Path.Combine(folder, path), cancellation).ConfigureAwait(false);
            lines.Add($"{hash}  {path}");
            bytes += length;
            done.Add(length);
        }
        done.End();
        AtomicFile.WriteAllText(Path.Combine(folder, SumsFile), string.Join('\n', lines) + "\n");
        return new(folder, lines.Count, bytes);
    }

    private static async Task<BackupSummary> VerifyAsync(string folder, BackupProgress? progress, CancellationToken cancellation)
    {
        var done = Checking(folder, progress);
        var (left, bytes) = (Files(folder).Where(path => path != SumsFile).ToHashSet(), 0L);
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, SumsFile), cancellation).ConfigureAwait(false);
        foreach (var line in lines)
        {
            var (sum, path) = line.Split("  ", 2) is [var first, var second] ? (first, second) : throw Damaged($"its {SumsFile} has the line '{line}'");
            if (!left.Remove(path))
                throw Damaged($"'{path}' is missing");
            var (hash, length) = await HashAsync(Path.Combine(folder, path), cancellation).ConfigureAwait(false);
            bytes += length;
            done.Add(length);
            if (hash != sum)
                throw Damaged($"'{path}' is not as it was written");
        }
        done.End();
        return left.Order(StringComparer.Ordinal).FirstOrDefault() is { } strange ? throw Damaged($"'{strange}' was not there when it was made") : new(folder, lines.Length, bytes);

        SiloOptionsException Damaged(string what) => new([$"The backup '{folder}' is damaged: {what}. Nothing was restored."]);
    }

    private static Progress Checking(string folder, BackupProgress? progress) =>
        new(progress, SumsPart, Files(folder).Where(path => path != SumsFile).Sum(path => LengthOf(Path.Combine(folder, path))));

    // 0 of what has gone meanwhile.
    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static async Task<(string Hash, long Length)> HashAsync(string path, CancellationToken cancellation)
    {
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
            return (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation).ConfigureAwait(false)), file.Length);
    }

    private static About Read(string folder)
    {
        try
        {
            var about = JsonSerializer.Deserialize<About>(File.ReadAllText(Path.Combine(folder, AboutFile)), SpecJson.Travel) ?? throw new JsonException("null");
            return about.Format <= About.Newest ? about : throw new SiloOptionsException(
                [$"The backup '{folder}' has format {about.Format}, of version {about.Version}; this version reads up to {About.Newest}."]);
        }
        catch (Exception none) when (none is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SiloOptionsException([$"'{folder}' is no backup: {none.Message}"]);
        }
    }

    private static string DatabaseFile(string folder) => Path.Combine(folder, "cluster.db");

    private static void CreateForOwner(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerFile.Mode | UnixFileMode.UserExecute);
    }

    // From 0 to all of a part, never beyond.
    private sealed class Progress
    {
        private readonly BackupProgress? _tell;
        private readonly string _part;
        private readonly long _total;
        private long _done;

        public Progress(BackupProgress? tell, string part, long total)
        {
            (_tell, _part, _total) = (tell, part, total);
            Add(0);
        }

        public void Add(long units)
        {
            _done += units;
            if (_done < _total) _tell?.Invoke(_part, _done, _total);
        }

        public void End()
        {
            if (_total > 0) _tell?.Invoke(_part, _total, _total);
        }
    }

    /// <param name="Format">Of the folder.</param>
    /// <param name="Version">Who made it.</param>
    /// <param name="MadeAt">The moment of its end.</param>
    /// <param name="Cluster">Its id, where the database is PostgreSQL; null: a silo of its own, on SQLite.</param>
    /// <param name="Store">The store that its silos shared; null: none.</param>
    private sealed record About(int Format, string Version, DateTimeOffset MadeAt, string? Cluster, string? Store)
    {
        public const int Newest = 1;
    }
}

/// <summary>How far a part of a backup is.</summary>
/// <param name="part">Such as <see cref="Backup.DataPart"/>.</param>
/// <param name="done">Bytes, or files of a store that is read; from 0 to <paramref name="total"/>, which is told last.</param>
internal delegate void BackupProgress(string part, long done, long total);

/// <summary>What was made or restored.</summary>
/// <param name="Folder">The backup.</param>
/// <param name="Files">How many it has.</param>
/// <param name="Bytes">How long they are together.</param>
internal sealed record BackupSummary(string Folder, int Files, long Bytes);
