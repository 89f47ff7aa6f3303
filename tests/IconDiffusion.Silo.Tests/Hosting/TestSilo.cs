using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Grains;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Tests.Hosting;

/// <summary>A real silo on a port and a data folder of its own: Kestrel, actors, SQLite; only its work is done by nobody.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly TemporaryFolder? _folder;

    private TestSilo(SiloHost host, TestWork work, TemporaryFolder? folder)
    {
        (Host, Work, _folder) = (host, work, folder);
        Client = new() { BaseAddress = host.Url, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", host.Token) } };
    }

    public SiloHost Host { get; }

    public TestWork Work { get; }

    /// <summary>Carries the token.</summary>
    public HttpClient Client { get; }

    public string Data => Host.Data;

    public static SiloOptions Options(string data) => new()
    {
        Url = "http://127.0.0.1:0", Data = data, Name = "test", LogLevel = LogLevel.Error, ShutdownTimeout = TimeSpan.FromSeconds(10),
    };

    public static async Task<TestSilo> StartAsync(Action<SiloOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var folder = new TemporaryFolder();
        try
        {
            return await StartAsync(folder.Path, folder, configure, services);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Speaks to a silo that does its work itself.</summary>
    public static TestSilo Around(SiloHost host) => new(host, new(), null);

    /// <summary>In a folder that outlives the silo.</summary>
    public static Task<TestSilo> StartInAsync(string data, Action<SiloOptions>? configure = null) => StartAsync(data, null, configure, null);

    /// <summary>Completes when the scheduler has heard of the silo.</summary>
    public Task BeReadyAsync() => UntilAsync(async patience => (await Client.GetAsync("/health/ready", patience)).IsSuccessStatusCode);

    /// <summary>Asks again until it holds; what a silo does at moments of its own has no event to wait for.</summary>
    public static async Task UntilAsync(Func<CancellationToken, Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!await holds(patience.Token))
            await Task.Delay(20, patience.Token);
    }

    public async Task<HttpResponseMessage> SubmitAsync(ExperimentSpec experiment, params string?[] fingerprints) =>
        await Client.PostAsync("/api/experiments", Json(new Submission
        {
            Experiment = experiment,
            Fingerprints = fingerprints.Length == 0 ? null : [.. fingerprints],
        }));

    /// <summary>Submits an experiment whose data set is there, and returns its id.</summary>
    public async Task<string> SubmitAsync(string name = "tiny", int runs = 1)
    {
        var fingerprint = AddDataset();
        var answer = await SubmitAsync(Tiny(name, runs), [.. Enumerable.Repeat(fingerprint, runs)]);
        return (await ReadAsync<ExperimentStatus>(answer)).Id;
    }

    /// <summary>Puts a data set of two icons into the silo's store; returns its fingerprint.</summary>
    public string AddDataset()
    {
        var dataset = TwoIcons();
        new DatasetStore(Path.Combine(Data, "datasets")).Save(dataset);
        return dataset.Fingerprint;
    }

    /// <summary>Puts the trained run of an experiment's first cell into the silo's data folder, with random weights.</summary>
    /// <param name="id">Whatever the test calls it.</param>
    public RunFolder AddRun(string id, RunSpec? spec = null)
    {
        var folder = new RunFolder(new DataFolder(Data).Run(id));
        spec ??= Tiny().Runs[0];
        using var network = new Unet(((DdpmSpec)spec.Model).Unet);
        TrainedModel.Write(folder.WeightsFile, network);
        File.WriteAllText(folder.SpecFile, JsonSerializer.Serialize(spec, SpecJson.Indented));
        File.WriteAllText(folder.DatasetFile, TwoIcons().Fingerprint);
        return folder;
    }

    /// <summary>One cell that starts from other weights.</summary>
    public static ExperimentSpec Transfer(string from)
    {
        var tiny = Tiny("transfer");
        return tiny with { Runs = [tiny.Runs[0] with { Training = tiny.Runs[0].Training with { From = from } }] };
    }

    public static IconDataset TwoIcons() =>
        new(new FolderSpec { Path = "icons", ImageSize = 8 }, new(["a.png", "b.png"], new((byte[])[.. Enumerable.Range(0, 2 * 8 * 8 * 3).Select(i => (byte)i)], 8)));

    public static ExperimentSpec Tiny(string name = "tiny", int runs = 1) => new()
    {
        Name = name,
        Runs =
        [
            .. Enumerable.Range(1, runs).Select(seed => new RunSpec
            {
                Seed = seed,
                Dataset = new FolderSpec { Path = "icons", ImageSize = 8 },
                Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1] } },
                Training = new() { Steps = 10 },
                Sampling = new() { Count = 2 },
                Evaluation = new() { Features = FeatureNetwork.Resnet18Imagenet },
            }),
        ],
    };

    public static StringContent Json<T>(T value) => new(JsonSerializer.Serialize(value, SpecJson.Compact), Encoding.UTF8, "application/json");

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync<T>(SpecJson.Compact))!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        _folder?.Dispose();
    }

    private static async Task<TestSilo> StartAsync(string data, TemporaryFolder? folder, Action<SiloOptions>? configure, Action<IServiceCollection>? more)
    {
        var options = Options(data);
        configure?.Invoke(options);
        var work = new TestWork();
        var host = await SiloHost.StartAsync(options, services =>
        {
            services.AddSingleton<ISiloWork>(work).AddSingleton<IWorkService>(work).AddSingleton<IExperimentServices>(work);
            more?.Invoke(services);
        }, CancellationToken.None);
        return new(host, work, folder);
    }
}
