using System.Net;
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
        using var client = new SiloClient(new(_one.Host.Url, _one.Host.Token, null, ""));
        var spec = new FolderSpec { Path = folder.Path, ImageSize = 8 };

        var fingerprint = (await client.PrepareAsync([spec], _ => { }, CancellationToken.None))[spec];

        Assert.Equal(HttpStatusCode.Accepted, (await _other.SubmitAsync(TestSilo.Tiny(), fingerprint)).StatusCode);
        Assert.True(new DatasetStore(Path.Combine(_other.Data, "datasets")).Contains(fingerprint));
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
}
