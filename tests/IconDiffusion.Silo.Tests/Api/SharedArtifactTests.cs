using System.Net;
using System.Text.Json;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.DependencyInjection;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>Two silos with data folders of their own, and a store between them.</summary>
public sealed class SharedArtifactTests : IAsyncLifetime
{
    private const string Run = "0123456789ab";
    private readonly TemporaryFolder _store = new();
    private TestSilo _one = null!;
    private TestSilo _other = null!;

    public async Task InitializeAsync()
    {
        var store = new FolderArtifacts(_store.Path);
        _one = await TestSilo.StartAsync(services: services => services.AddSingleton<IArtifactStore>(store));
        _other = await TestSilo.StartAsync(services: services => services.AddSingleton<IArtifactStore>(store));
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task ADatasetThatOneSiloWasGiven_IsInTheOther()
    {
        using var folder = new TemporaryFolder();
        for (byte shade = 0; shade < 2; shade++)
            File.WriteAllBytes(folder[$"{shade}.png"], ImageFile.EncodePng(new Image(8, 8, new Rgb(shade, 7, 7))));
        using var client = new SiloClient(() => [new(_one.Host.Url, _one.Host.Token, null, "")]);
        var spec = new FolderSpec { Path = folder.Path, ImageSize = 8 };

        var fingerprint = (await client.PrepareAsync([spec], _ => { }, CancellationToken.None))[spec];

        Assert.Equal(HttpStatusCode.Accepted, (await _other.SubmitAsync(TestSilo.Tiny(), fingerprint)).StatusCode);
        Assert.True(new DatasetStore(Path.Combine(_other.Data, "datasets")).Contains(fingerprint));
    }

    [Fact]
    public async Task WeightsThatOneSiloWasAskedToStartFrom_AreInTheOther()
    {
        _one.AddRun(Run);
        Assert.Equal(HttpStatusCode.Accepted, (await _one.SubmitAsync(TestSilo.Transfer(Run), _one.AddDataset())).StatusCode);

        Assert.Equal(HttpStatusCode.Accepted, (await _other.SubmitAsync(TestSilo.Transfer(Run), _other.AddDataset())).StatusCode);

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_one.Data, "runs", Run, "weights.safetensors")), File.ReadAllBytes(Path.Combine(_other.Data, "runs", Run, "weights.safetensors")));
    }

    [Fact]
    public async Task ARunThatOneSiloShared_IsReadFromTheOther()
    {
        Directory.CreateDirectory(_store["runs", Run, "results"]);
        await File.WriteAllTextAsync(_store["runs", Run, "results", "gallery.png"], "picture");
        await File.WriteAllTextAsync(_store["runs", Run, "loss.jsonl"], """{"step":1,"loss":0.5,"gradNorm":1,"imagesPerSecond":2,"seconds":3}""" + "\n");

        Assert.Equal("picture", await _other.Client.GetStringAsync($"/api/runs/{Run}/files/results/gallery.png"));
        Assert.Equal(["loss.jsonl", "results/gallery.png"],
            (await TestSilo.ReadAsync<RunFile[]>(await _other.Client.GetAsync($"/api/runs/{Run}/files"))).Select(file => file.Path));
        Assert.Equal(1, Assert.Single((await TestSilo.ReadAsync<RunLog>(await _other.Client.GetAsync($"/api/runs/{Run}/log"))).Losses).Step);
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await _other.Client.GetAsync($"/api/runs/{Run}/files/results/other.png"));
        Assert.False(Directory.Exists(Path.Combine(_other.Data, "runs", Run)));
    }

    [Fact]
    public async Task ARunThatOneSiloBegan_AndAnotherGoesOnWith_IsWholeAtBoth()
    {
        string[] losses = [.. Enumerable.Range(1, 3).Select(step => $$"""{"step":{{step}},"loss":0.5,"gradNorm":1,"imagesPerSecond":2,"seconds":3}""")];
        var own = Directory.CreateDirectory(Path.Combine(_other.Data, "runs", Run)).FullName;
        Directory.CreateDirectory(_store["runs", Run, "events"]);
        File.WriteAllLines(Path.Combine(own, "loss.jsonl"), losses[..1]);
        File.WriteAllLines(_store["runs", Run, "loss.jsonl"], losses);
        File.WriteAllText(Path.Combine(own, "events.jsonl"), Event(1, "test", RunEventKind.Started) + Event(4, "test", RunEventKind.Failed));
        // What this silo has left there itself may be older.
        File.WriteAllText(_store["runs", Run, "events", "test.jsonl"], Event(1, "test", RunEventKind.Started));
        File.WriteAllText(_store["runs", Run, "events", "laptop.jsonl"], Event(3, "laptop", RunEventKind.Stopped) + Event(5, "laptop", RunEventKind.Done));

        var log = await TestSilo.ReadAsync<RunLog>(await _other.Client.GetAsync($"/api/runs/{Run}/log"));

        Assert.Equal([1, 2, 3], log.Losses.Select(loss => loss.Step));
        Assert.Equal(
            [(1, "test", RunEventKind.Started), (3, "laptop", RunEventKind.Stopped), (4, "test", RunEventKind.Failed), (5, "laptop", RunEventKind.Done)],
            log.Events.Select(each => ((int)each.At.ToUnixTimeSeconds(), each.Silo, each.Kind)));
        Assert.Equal(string.Join('\n', losses) + '\n', (await _other.Client.GetStringAsync($"/api/runs/{Run}/files/loss.jsonl")).ReplaceLineEndings("\n"));
    }

    private static string Event(int second, string silo, RunEventKind kind) => JsonSerializer.Serialize(
        new RunEvent { At = DateTimeOffset.FromUnixTimeSeconds(second), Silo = silo, Work = "w", Attempt = 1, Kind = kind, Message = "" }, SpecJson.Compact) + "\n";
}
