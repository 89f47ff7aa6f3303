using System.Net.Http.Headers;
using System.Net.Http.Json;
using IconDiffusion.Silo;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace IconDiffusion.Browser.Tests;

/// <summary>A real silo with a data folder of its own, and its dashboard.</summary>
public abstract class OnADashboard(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    /// <summary>The silo's data folder is in it.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("icon-dashboard-").FullName;

    private protected SiloHost Silo { get; set; } = null!;

    /// <summary>Carries the silo's own token.</summary>
    protected HttpClient Client => new() { BaseAddress = Silo.Url, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Silo.Token) } };

    public async Task InitializeAsync() => Silo = await StartAsync("http://127.0.0.1:0");

    public async Task DisposeAsync()
    {
        await browser.ClosePagesAsync();
        await Silo.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private protected async Task<IPage> OpenAsync(string fragment, int width = 1280, PageLog? log = null, string language = "en-US")
    {
        Skip.If(Browser.Program is null, "This machine has no chromium; ./icon test installs Debian's. The dashboard was not looked at.");
        return await browser.OpenAsync(Silo.Url.AbsoluteUri + fragment, width, log: log, language: language);
    }

    protected Task<SiloHost> StartAsync(string url) => SiloHost.StartAsync(
        new() { Url = url, Data = Path.Combine(Folder, "data"), Name = "desktop", Devices = ["cpu"], Threads = 1, LogLevel = LogLevel.Error, ShutdownTimeout = TimeSpan.FromSeconds(10) }, CancellationToken.None);

    protected static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Makes a token of a role.</summary>
    protected async Task<string> TokenAsync(TokenRole role) =>
        (await ReadAsync<IssuedToken>(await Client.PostAsJsonAsync("/api/tokens", new TokenOrder { Name = $"{role}", Role = role }, SpecJson.Compact))).Token;

    protected async Task<ExperimentStatus> StatusAsync(string id) => await ReadAsync<ExperimentStatus>(await Client.GetAsync($"/api/experiments/{id}"));

    /// <summary>Submits one run of a small diffusion model for each seed, or for one; its id.</summary>
    protected async Task<string> SubmitAsync(string name, string? gpu = null, int steps = 20, EvaluationFigures figures = EvaluationFigures.Preprint, params int[] seeds) =>
        (await ReadAsync<ExperimentStatus>(await Client.PostAsJsonAsync("/api/experiments", new Submission
        {
            Experiment = new()
            {
                Name = name,
                Gpu = gpu,
                Runs =
                [
                    .. (seeds.Length == 0 ? [3407] : seeds).Select(seed => new RunSpec
                    {
                        Seed = seed,
                        Dataset = new NotoFacesSpec { Count = 8, HeldOut = 0, ImageSize = 16 },
                        Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1] }, Diffusion = new() { Timesteps = 50 } },
                        Training = new() { Steps = steps, BatchSize = 2 },
                        Sampling = new() { Count = 4, Sampler = new DdimSpec { Steps = 2 } },
                        Evaluation = new() { Inception = InceptionWeights.Random, Figures = figures },
                    }),
                ],
            },
        }, SpecJson.Compact))).Id;

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<T>(SpecJson.Compact))!;
    }
}
