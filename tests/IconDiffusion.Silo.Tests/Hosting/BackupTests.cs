using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Backups;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Tests.Hosting;

/// <summary>What of a folder is copied, and in which order, while a run makes new checkpoints.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static BackupProgress Tell(List<(string, long, long)> told) => (part, done, total) => told.Add((part, done, total));

    // Each part from nothing to all of it, and never back.
    private static void AssertWhole(List<(string Part, long Done, long Total)> told, params string[] parts)
    {
        Assert.Equal(parts, told.Select(each => each.Part).Distinct());
        Assert.All(told.GroupBy(each => each.Part), part =>
        {
            Assert.Equal((0, part.Last().Total), (part.First().Done, part.Last().Done));
            Assert.Equal(part.Select(each => each.Done).Order(), part.Select(each => each.Done));
        });
    }

    [Fact]
    public async Task ASilosBackup_MadeWhileItRuns_BringsUpTheSameExperiments()
    {
        var target = _folder["backup"];
        Directory.CreateDirectory(_folder["store", "runs", "0123456789ab"]);
        File.WriteAllText(_folder["store", "runs", "0123456789ab", "spec.json"], "shared");
        var (made, brought) = (new List<(string Part, long Done, long Total)>(), new List<(string Part, long Done, long Total)>());
        ExperimentStatus before;
        await using (var silo = await TestSilo.StartAsync())
        {
            var id = await silo.SubmitAsync("kept", runs: 2);
            await silo.Client.PutAsync($"/api/experiments/{id}/priority", TestSilo.Json(new PriorityOrder(7)));
            before = await TestSilo.ReadAsync<ExperimentStatus>(await silo.Client.GetAsync($"/api/experiments/{id}"));
            await Backup.MakeAsync(Sharing(silo.Data, _folder["store"]), target, CancellationToken.None, Tell(made));
            await RefusedAsync(() => Backup.MakeAsync(TestSilo.Options(silo.Data), target, CancellationToken.None));
            await RefusedAsync(() => Backup.MakeAsync(TestSilo.Options(silo.Data), Path.Combine(silo.Data, "backup"), CancellationToken.None));
            await RefusedAsync(() => Backup.RestoreAsync(TestSilo.Options(silo.Data), target, CancellationToken.None));
        }

        Directory.CreateDirectory(_folder["empty"]);
        await RefusedAsync(() => Backup.RestoreAsync(TestSilo.Options(_folder["data"]), target, CancellationToken.None));
        await RefusedAsync(() => Backup.RestoreAsync(Sharing(_folder["data"], _folder["store"]), target, CancellationToken.None));
        var restored = await Backup.RestoreAsync(Sharing(_folder["data"], _folder["empty"]), target, CancellationToken.None, Tell(brought));
        await using var successor = await TestSilo.StartInAsync(_folder["data"]);
        var after = await TestSilo.ReadAsync<ExperimentStatus>(await successor.Client.GetAsync($"/api/experiments/{before.Id}"));

        Assert.Equal((before.Name, before.SubmittedAt, 7), (after.Name, after.SubmittedAt, after.Priority));
        Assert.Equal(before.Cells.Select(cell => cell.RunId), after.Cells.Select(cell => cell.RunId));
        Assert.Equal(before.Cells[0].RunId, Assert.IsAssignableFrom<RunWork>((await successor.Work.OrderAsync()).Spec).RunId);
        Assert.Equal("shared", File.ReadAllText(_folder["empty", "runs", "0123456789ab", "spec.json"]));
        Assert.Equal(restored.Files, File.ReadLines(Path.Combine(target, "SHA256SUMS")).Count());
        AssertWhole(made, Backup.DataPart, Backup.StorePart, Backup.SumsPart);
        AssertWhole(brought, Backup.SumsPart, Backup.StorePart, Backup.DataPart);
        Assert.Equal(restored.Bytes, brought[0].Total);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["data", "token"]));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(target));
        }
    }

    [Fact]
    public async Task WhatIsNoBackup_OrADamagedOne_LeavesNothing()
    {
        var (target, data) = (_folder["backup"], _folder["data"]);
        await RefusedAsync(() => Backup.MakeAsync(TestSilo.Options(data), target, CancellationToken.None));
        await using (var silo = await TestSilo.StartAsync())
            await Backup.MakeAsync(TestSilo.Options(silo.Data), target, CancellationToken.None);
        await RefusedAsync(() => Backup.RestoreAsync(TestSilo.Options(data), _folder.Path, CancellationToken.None));
        var damages = new (string File, byte[]? Content)[] { ("data/token", "x"u8.ToArray()), ("data/token", null), ("data/strange", []), ("database/cluster.db", [0]) };
        foreach (var (file, content) in damages)
        {
            var path = Path.Combine(target, file);
            var before = File.Exists(path) ? File.ReadAllBytes(path) : null;
            if (content is null)
                File.Delete(path);
            else
                File.WriteAllBytes(path, content);
            await RefusedAsync(() => Backup.RestoreAsync(TestSilo.Options(data), target, CancellationToken.None));
            if (before is null)
                File.Delete(path);
            else
                File.WriteAllBytes(path, before);
        }

        Assert.False(Directory.Exists(data));
        Assert.Equal(["backup"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
        await Backup.RestoreAsync(TestSilo.Options(data), target, CancellationToken.None);
    }

    private static string[] Checkpoint(int step) => [$"runs/a/checkpoints/step-{step:D8}.json", $"runs/a/checkpoints/step-{step:D8}.safetensors"];

    private static SiloOptions Sharing(string data, string store)
    {
        var options = TestSilo.Options(data);
        options.Artifacts = store;
        return options;
    }

    private static Task<SiloOptionsException> RefusedAsync(Func<Task> act) => Assert.ThrowsAsync<SiloOptionsException>(act);

    [Fact]
    public async Task ARunWithNewCheckpoints_IsCopiedAnew_CheckpointsFirst()
    {
        List<string> there = [.. Checkpoint(1), "runs/a/loss.jsonl", "runs/b/spec.json", "token"];
        List<string> copied = [];

        await Backup.CopyAsync(under => Task.FromResult(there.Where(path => path.StartsWith(under, StringComparison.Ordinal))), (path, to) =>
        {
            copied.Add(path);
            if (path == "runs/a/loss.jsonl" && there.Remove(Checkpoint(1)[0]))   // A newer checkpoint comes while the log is copied.
                there = [.. Checkpoint(2), .. there.Where(other => other != Checkpoint(1)[1])];
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllText(to, path);
            return Task.FromResult(true);
        }, _folder.Path, CancellationToken.None);

        Assert.Equal([.. Checkpoint(1), "runs/a/loss.jsonl", .. Checkpoint(2), "runs/a/loss.jsonl", "runs/b/spec.json", "token"], copied);
        Assert.Equal([.. Checkpoint(2), "runs/a/loss.jsonl", "runs/b/spec.json", "token"],
            Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WhatBelongsToALifeOfASilo_OrIsHalfWritten_IsLeftOut()
    {
        string[] kept = ["cluster/a.join", "consents/1.json", "experiments/e/table.md", "runs/a/results/r/result.json", "silos.md", "token", "tokens.json"];
        string[] left =
        [
            "cluster.db", "cluster.db-shm", "cluster.db-wal", "silo.json", "silo-desktop.json", "silo.lock", "datasets/.upload-1/0", "runs/a/attempt.json", "runs/a/attempts/r.json",
            "runs/a/run.lock", "runs/a/.loss.jsonl.1.tmp", ".copies/1",
        ];
        List<string> copied = [];

        await Backup.CopyAsync(under => Task.FromResult(left.Concat(kept).Where(path => path.StartsWith(under, StringComparison.Ordinal))), (path, _) =>
        {
            copied.Add(path);
            return Task.FromResult(true);
        }, _folder.Path, CancellationToken.None);

        Assert.Equal(kept, copied.Order(StringComparer.Ordinal));
    }
}
