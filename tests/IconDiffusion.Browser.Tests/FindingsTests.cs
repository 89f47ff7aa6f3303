using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>What was found about a finished run's icons, looked at and read on the dashboard by somebody who may only watch.</summary>
public sealed class FindingsTests(Browser browser) : OnADashboard(browser)
{
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task EveryIcon_IsShownWithWhatItIsNearestTo_AndTheReportIsRead()
    {
        var id = await SubmitAsync("faces", figures: EvaluationFigures.All);
        var log = new PageLog();
        var page = await OpenAsync($"#token={await TokenAsync(TokenRole.Watch)}", log: log);
        await Button(page, "All icons, with what they are nearest to").ClickAsync();
        await Expect(page.Locator("#icons li")).ToHaveCountAsync(4);
        await Expect(page.Locator("#gallery-count")).ToHaveTextAsync("4 of 4 icons");
        await Expect(page.Locator("#icons img[src^=blob]")).ToHaveCountAsync(8);
        Assert.All(await page.Locator("#icons img").EvaluateAllAsync<int[]>("all => Promise.all(all.map(each => each.decode().then(() => each.naturalWidth)))"), width => Assert.Equal(16, width));
        var distances = await DistancesAsync(page);
        await page.GetByLabel("Order").SelectOptionAsync("near");
        Assert.Equal(distances.Order(), await DistancesAsync(page));
        var novelty = JsonNode.Parse(await Client.GetStringAsync($"/api/runs/{await RunAsync(id)}/files/{await ResultsAsync(id)}/novelty.json"))!;
        var copies = novelty["icons"]!.AsArray().Count(icon => (bool)icon!["isCopy"]!);
        await Expect(page.Locator("#icons li.copy")).ToHaveCountAsync(copies);

        await page.Locator("#icons button").First.PressAsync("Enter");
        await Expect(page.Locator("#icon .near figure")).ToHaveCountAsync(5);  // the icon, three spaces, its patches
        await Expect(page.Locator("#icon svg rect").First).ToBeAttachedAsync();
        await Expect(page.Locator("#icon")).ToBeFocusedAsync();
        Assert.Empty(await Barriers.FindAsync(page));
        await page.GetByLabel("copies alone").CheckAsync();
        await Expect(page.Locator("#icons li")).ToHaveCountAsync(copies);
        await page.Keyboard.PressAsync("Escape");

        await Button(page, "Read the report").ClickAsync();
        await Expect(page.FrameLocator("#report iframe").Locator("h1")).ToBeVisibleAsync();
        await page.Locator("#report").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Locator("#report iframe")).ToHaveCountAsync(0);
        Assert.DoesNotContain(log.Complaints, each => !(each.Contains("(Not Found)", StringComparison.Ordinal) && each.Contains("/files:", StringComparison.Ordinal)));
        Assert.DoesNotContain(log.Requests, address => address.Contains(Silo.Token, StringComparison.Ordinal));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ATicket_LetsAReportBeReadOnce_AndNothingElse()
    {
        var id = await SubmitAsync("faces");
        var page = await OpenAsync($"#token={Silo.Token}");
        await Expect(Button(page, "Read the report")).ToBeVisibleAsync();
        using var nobody = new HttpClient { BaseAddress = Silo.Url };
        var path = (string)JsonNode.Parse(await (await Client.PostAsync($"/api/experiments/{id}/report/ticket", null)).Content.ReadAsStringAsync())!["path"]!;

        using var read = await nobody.GetAsync(path);

        Assert.Contains("sandbox allow-scripts", Assert.Single(read.Headers.GetValues("Content-Security-Policy")));
        Assert.StartsWith("<!doctype html>", await read.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await nobody.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await nobody.GetAsync("/reports/guessed")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync($"/api/runs/{await RunAsync(id)}/training/0")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync($"/api/runs/{await RunAsync(id)}/training/7")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync($"/api/runs/{await RunAsync(id)}/training/8")).StatusCode);
    }

    private async Task<string> RunAsync(string id) => (await StatusAsync(id)).Cells[0].RunId;

    private async Task<string> ResultsAsync(string id) =>
        (string)(await Client.GetFromJsonAsync<JsonNode>($"/api/runs/{await RunAsync(id)}/gallery", SpecJson.Compact))!["results"]!;

    private static async Task<double[]> DistancesAsync(IPage page) =>
        [.. (await page.Locator("#icons button span:last-child").AllTextContentsAsync()).Select(double.Parse)];
}
