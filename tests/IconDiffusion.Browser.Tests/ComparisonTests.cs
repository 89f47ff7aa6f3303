using System.Globalization;
using System.Text.RegularExpressions;
using IconDiffusion.Specs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>Many runs on the dashboard: sorted, filtered, and some side by side.</summary>
public sealed partial class ComparisonTests(Browser browser) : OnADashboard(browser)
{
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ChosenRuns_StandSideBySide()
    {
        await SubmitAsync("faces", figures: EvaluationFigures.All, seeds: [1, 2]);
        var page = await OpenAsync($"#token={Silo.Token}");
        await Expect(page.Locator("#rows .state.done")).ToHaveCountAsync(2);
        await Expect(Button(page, "Compare")).ToBeDisabledAsync();
        await page.GetByLabel("Compare ddpm 8 (1) seed 1").CheckAsync();
        await page.GetByLabel("Compare ddpm 8 (1) seed 2").CheckAsync();
        await Button(page, "Compare 2").PressAsync("Enter");

        var comparison = page.Locator("#comparison");
        await Expect(comparison.Locator(".curve polyline")).ToHaveCountAsync(2);
        await Expect(comparison.Locator(".pictures img")).ToHaveCountAsync(8);  // four of each
        await Expect(comparison).ToContainTextAsync("The seeds differ");
        var fid = comparison.Locator("tr", new() { Has = page.GetByRole(AriaRole.Rowheader, new() { Name = "FID", Exact = true }) }).Locator("td");
        await Expect(fid).ToHaveCountAsync(2);
        Assert.All(await fid.AllTextContentsAsync(), text => Assert.Matches("^[0-9.]+ [0-9.]+ to [0-9.]+$", text));
        Assert.Empty(await Barriers.FindAsync(page));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AThousandRuns_AreSortedAndFiltered()
    {
        await SubmitAsync("many", gpu: "RTX 3080", seeds: [.. Enumerable.Range(1, 1000)]);
        var page = await OpenAsync($"#token={Silo.Token}");
        await Expect(page.Locator("#rows tr")).ToHaveCountAsync(1000);
        Assert.Equal(Enumerable.Range(1, 1000), await SeedsAsync(page));
        await Button(page, "run").ClickAsync();
        await Expect(page.Locator("#rows tr").Nth(9)).ToContainTextAsync("seed 10");  // as numbers, not as words
        await Button(page, "run").ClickAsync();
        await Expect(page.Locator("#rows tr").First).ToContainTextAsync("seed 1000");
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "run", Exact = true })).ToHaveAttributeAsync("aria-sort", "descending");

        await page.GetByLabel("Show").FillAsync("seed 77 waiting");
        await Expect(page.Locator("#shown-cells")).ToHaveTextAsync("19 of 1000 runs");
        await Expect(page.Locator("#rows tr")).ToHaveCountAsync(19);  // those that end with 77, and 770 to 779
        await Expect(page.Locator("#rows tr").Last).ToContainTextAsync("seed 77");
        Assert.Empty(await Barriers.FindAsync(page));
    }

    // Of all rows that a screen reader is told of, in sight or not, in its order.
    private static async Task<IEnumerable<int>> SeedsAsync(IPage page)
    {
        var developer = await page.Context.NewCDPSessionAsync(page);
        var tree = await developer.SendAsync("Accessibility.getFullAXTree");
        return [.. tree!.Value.GetProperty("nodes").EnumerateArray()
            .Where(node => node.TryGetProperty("role", out var role) && role.GetProperty("value").GetString() == "row")
            .Select(row => Seed().Match(row.GetProperty("name").GetProperty("value").GetString()!)).Where(seed => seed.Success).Select(seed => int.Parse(seed.Groups[1].Value, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex("seed ([0-9]+), waiting$")]
    private static partial Regex Seed();
}
