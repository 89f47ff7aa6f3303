using System.Formats.Tar;
using System.IO.Compression;

namespace IconDiffusion.Client.Tests;

/// <summary>What releases left when they were killed in the middle of an experiment; tests/golden/cluster/make_release.sh made the archives, with those releases.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData("0.1.0")]
    public async Task WhatAnOlderReleaseLeft_IsFinishedFromItsCheckpoint(string release)
    {
        var data = Directory.CreateDirectory(Path.Combine(_icon.Folder, "data")).FullName;
        await using (var archive = new GZipStream(File.OpenRead(Checkout.PathOf("tests", "golden", "cluster", $"release-{release}.tar.gz")), CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(archive, data, overwriteFiles: false);
        var run = Directory.GetDirectories(Path.Combine(data, "runs")).Single(folder => !File.Exists(Path.Combine(folder, "weights.safetensors")));
        var checkpoint = Directory.GetFiles(Path.Combine(run, "checkpoints"), "step-*.json").Max(file => int.Parse(Path.GetFileNameWithoutExtension(file)["step-".Length..]));
        var trained = File.ReadAllLines(Path.Combine(run, "loss.jsonl"))[..checkpoint];

        using var silo = await SiloProcess.StartAsync(_icon);
        var finished = await _icon.RunAsync("watch", "kept");
        var results = await _icon.RunAsync("results", "kept", "--json");
        var paused = await _icon.RunAsync("status", "paused", "--json");

        Assert.True(finished.ExitCode == 0, finished.Error);
        Assert.Equal([20, 200], results.Json.GetProperty("results").EnumerateArray().Select(each => each.GetProperty("result").GetProperty("training").GetProperty("steps").GetInt32()));
        Assert.Equal("paused", paused.Json.GetProperty("state").GetString());
        // Not trained anew: the lines before the checkpoint, with the times that they took then, are the release's.
        var lines = File.ReadAllLines(Path.Combine(run, "loss.jsonl"));
        Assert.Equal(trained, lines[..checkpoint]);
        Assert.Equal(200, lines.Length);
    }
}
