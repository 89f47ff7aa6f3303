using System.Net.Http.Headers;
using System.Net.Http.Json;
using IconDiffusion.Silo;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Browser.Tests;

/// <summary>The dashboard of a real silo at real work, in a real browser.</summary>
public sealed class DashboardTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("icon-dashboard-").FullName;
    private SiloHost _silo = null!;

    public async Task InitializeAsync() => _silo = await StartAsync("http://127.0.0.1:0");

    public async Task DisposeAsync()
    {
        await _silo.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public async Task AnExperiment_IsSeenFromItsTrainingToItsScores()
    {
        var page = await OpenAsync($"#token={_silo.Token}");
        await page.UntilAsync("document.querySelector('#experiments code')");  // how to submit one
        await SubmitAsync("faces");

        await page.UntilAsync("document.querySelector('#experiment h2')?.textContent.startsWith('faces')");
        await page.UntilAsync("document.querySelector('#experiment tbody .state.done') && document.querySelector('#experiments .state.finished')");

        var cells = await page.FindAsync("[...document.querySelectorAll('#experiment tbody td')].map(each => each.textContent)");
        Assert.Equal("ddpm 8 (1)", cells[0]);
        Assert.Equal(["FID (random)", "MAE", "NWI (random)"], (await page.FindAsync("[...document.querySelectorAll('#experiment thead th')].map(each => each.textContent)"))[^3..]);
        Assert.All(cells[^3..], figure => Assert.Matches("^−?[0-9.]+(e[−0-9]+)?$", figure));
        await page.UntilAsync("[...document.querySelectorAll('#run img')].filter(each => each.naturalWidth > 0).length === 3");  // the newest look, the icons, and those nearest to them
        await page.UntilAsync("document.querySelector('#run polyline') && document.querySelector('#run .events').textContent.includes('is done')");
        await page.UntilAsync("document.querySelector('#experiment [data-key=report]')");  // the report, which comes after the end
        await page.EvaluateAsync("document.querySelector('#experiment [data-key=report]').click()");
        await page.UntilAsync("performance.getEntriesByType('resource').some(each => each.name.endsWith('/report') && each.responseStatus === 200)");
        // Before the run has begun, there are no files of it, which the browser notes.
        Assert.DoesNotContain(page.Complaints, each => !(each.Contains("(Not Found)", StringComparison.Ordinal) && each.Contains("/files\"", StringComparison.Ordinal)));
        Assert.All(page.Requests, address => Assert.True(address.StartsWith(_silo.Url.AbsoluteUri, StringComparison.Ordinal) || address.StartsWith("blob:", StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.Ordinal), address));
        Assert.DoesNotContain("token", (string)(await page.EvaluateAsync("location.href"))!);
    }

    [SkippableFact]
    public async Task TheToken_IsAskedFor_AndForgottenAfterwards()
    {
        var page = await OpenAsync("");
        await page.UntilAsync("document.activeElement.id === 'token'");
        await page.EnterAsync("wrong");
        await page.UntilAsync("document.getElementById('refused').textContent.includes('does not know this token')");
        Assert.True((bool)(await page.EvaluateAsync("document.getElementById('cluster').hidden"))!);

        await page.EnterAsync(_silo.Token);
        await page.UntilAsync("document.getElementById('silo').textContent.includes('desktop') && document.querySelector('#devices li')");
        await page.EvaluateAsync("document.getElementById('sign-out').click()");

        Assert.Equal("", (string)(await page.EvaluateAsync("sessionStorage.getItem('icondiffusion-token') ?? document.getElementById('devices').textContent"))!);
    }

    [SkippableFact]
    public async Task ASiloThatIsAway_IsSaid_AndSeenAgainWhenItIsBack()
    {
        var page = await OpenAsync($"#token={_silo.Token}");
        await page.UntilAsync("document.querySelector('#devices li')");

        await _silo.DisposeAsync();
        await page.UntilAsync("document.getElementById('notice').textContent.includes('trying again')");
        _silo = await StartAsync(_silo.Url.GetLeftPart(UriPartial.Authority));

        await page.UntilAsync("document.getElementById('notice').textContent === '' && document.querySelector('#devices li')");
    }

    [SkippableFact]
    public async Task ARunThatWaits_HasNothingToShowYet_AndNothingIsWrongWithThat()
    {
        await SubmitAsync("rare", gpu: "RTX 3080");
        var page = await OpenAsync($"#token={_silo.Token}");

        await page.UntilAsync("document.querySelector('#experiment .stage')?.textContent.includes('rtx-3080')");  // what it waits for
        await page.UntilAsync("document.getElementById('run')?.textContent.includes('No losses yet')");
        Assert.Equal("", (string)(await page.EvaluateAsync("document.getElementById('notice').textContent"))!);
    }

    [SkippableTheory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task Nothing_RunsOutOfThePage(int width)
    {
        await SubmitAsync("an-experiment-with-a-name-that-is-as-long-as-a-name-may-be");
        var page = await OpenAsync($"#token={_silo.Token}", width);
        await page.UntilAsync("document.querySelector('#experiment tbody .state.done') && document.querySelector('#run img')");

        Assert.Empty(await page.FindAsync("""
            [...document.body.querySelectorAll('*')]
              .filter(each => !each.parentElement.closest('.cells, svg'))
              .filter(each => { const box = each.getBoundingClientRect(); return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5); })
              .map(each => `${each.tagName}.${each.getAttribute('class')} ${each.textContent.slice(0, 40)}`)
            """));
    }

    private async Task<Page> OpenAsync(string fragment, int width = 1280)
    {
        Skip.If(Browser.Program is null, "This machine has no chromium; ./icon test installs Debian's. The dashboard was not looked at.");
        return await browser.OpenAsync(_silo.Url.AbsoluteUri + fragment, width);
    }

    private Task<SiloHost> StartAsync(string url) => SiloHost.StartAsync(
        new() { Url = url, Data = _folder, Name = "desktop", Devices = ["cpu"], Threads = 1, LogLevel = LogLevel.Error, ShutdownTimeout = TimeSpan.FromSeconds(10) }, CancellationToken.None);

    private async Task SubmitAsync(string name, string? gpu = null)
    {
        using var client = new HttpClient { BaseAddress = _silo.Url, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", _silo.Token) } };
        var answer = await client.PostAsJsonAsync("/api/experiments", new Submission
        {
            Experiment = new()
            {
                Name = name,
                Gpu = gpu,
                Runs =
                [
                    new()
                    {
                        Seed = 3407,
                        Dataset = new NotoFacesSpec { Count = 8, HeldOut = 0, ImageSize = 16 },
                        Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1] }, Diffusion = new() { Timesteps = 50 } },
                        Training = new() { Steps = 20, BatchSize = 2 },
                        Sampling = new() { Count = 4, Sampler = new DdimSpec { Steps = 2 } },
                        Evaluation = new() { Inception = InceptionWeights.Random, Figures = EvaluationFigures.Preprint },
                    },
                ],
            },
        }, SpecJson.Compact);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
