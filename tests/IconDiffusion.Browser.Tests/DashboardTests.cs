using IconDiffusion.Specs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>The dashboard of a real silo at real work, in a real browser.</summary>
public sealed class DashboardTests(Browser browser) : OnADashboard(browser)
{
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AnExperiment_IsSeenFromItsTrainingToItsScores()
    {
        var log = new PageLog();
        var page = await OpenAsync($"#token={Silo.Token}", log: log);
        await Expect(page.Locator("#experiments code")).ToBeVisibleAsync();  // how to submit one
        await SubmitAsync("faces");

        await Expect(page.Locator("#experiment h2")).ToContainTextAsync("faces");
        await Expect(page.Locator("#experiment tbody .state.done")).ToBeVisibleAsync();
        await Expect(page.Locator("#experiments .state.finished")).ToBeVisibleAsync();

        var cells = await page.Locator("#experiment tbody td").AllTextContentsAsync();
        Assert.Equal("ddpm 8 (1)", cells[1]);
        Assert.Equal(["FID (random)", "MAE", "NWI (random)"], (await page.Locator("#experiment thead th").AllTextContentsAsync()).TakeLast(3));
        Assert.All(cells.TakeLast(3), figure => Assert.Matches("^−?[0-9.]+(e[−0-9]+)?$", figure));
        await Expect(page.Locator("#run img")).ToHaveCountAsync(3);  // the newest look, the icons, and those nearest to them
        Assert.DoesNotContain(0, await page.Locator("#run img").EvaluateAllAsync<int[]>("all => Promise.all(all.map(each => each.decode().then(() => each.naturalWidth)))"));
        await Expect(page.Locator("#run polyline").First).ToBeVisibleAsync();
        await Expect(page.Locator("#run .events")).ToContainTextAsync("is done");
        var report = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Save the report" }).ClickAsync());
        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(await report.PathAsync()));

        // Before the run has begun, there are no files of it, which the browser notes.
        Assert.DoesNotContain(log.Complaints, each => !(each.Contains("(Not Found)", StringComparison.Ordinal) && each.Contains("/files:", StringComparison.Ordinal)));
        Assert.All(log.Requests, address => Assert.True(address.StartsWith(Silo.Url.AbsoluteUri, StringComparison.Ordinal) || address.StartsWith("blob:", StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.Ordinal), address));
        Assert.DoesNotContain("token", page.Url);
    }

    // What is not translated would be seen as Latin letters; names, paths, events and errors are the silo's own.
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task WhoseBrowserAsksForJapanese_ReadsTheDashboardInIt()
    {
        await SubmitAsync("faces", figures: EvaluationFigures.All);
        var page = await OpenAsync($"#token={Silo.Token}", language: "ja");
        await Expect(page.Locator("#experiment .state.finished")).ToHaveTextAsync("終了");
        await Expect(page.Locator("#experiment tbody .state")).ToHaveTextAsync("完了");
        await Expect(page.Locator("#run > p").First).ToContainTextAsync("複製");
        await Expect(Button(page, "公開")).ToBeVisibleAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('h2:not(article h2), h3, button:not(td button), th, label, figcaption, #run > p, .soft:not(.events)')]
              .filter(each => each.checkVisibility() && /[a-z]{4}/.test(each.textContent.replace(/IconDiffusion|Fréchet|random|faces-\w+|icon submit[^ ]* [^ ]*|[0-9a-f]{12}/g, '')) && !/[ぁ-んァ-ヶ一-龠]/.test(each.textContent))
              .map(each => each.textContent)
            """));
        await Button(page, "アイコンを描く").ClickAsync();
        await page.GetByLabel("アイコンの総数").FillAsync("5");
        await Button(page, "描く").ClickAsync();
        await Expect(page.Locator("#drawing-answer")).ToHaveTextAsync("アイコンが 5 個あります。");
        Assert.Empty(await Barriers.FindAsync(page));
    }

    [SkippableFact]
    public async Task TheToken_IsAskedFor_AndForgottenAfterwards()
    {
        var page = await OpenAsync("");
        var token = page.GetByLabel("The silo's token");
        await Expect(token).ToBeFocusedAsync();
        await token.FillAsync("wrong");
        await token.PressAsync("Enter");
        await Expect(page.Locator("#refused")).ToContainTextAsync("does not know this token");
        await Expect(page.Locator("#cluster")).ToBeHiddenAsync();

        await token.FillAsync(Silo.Token);
        await token.PressAsync("Enter");
        await Expect(page.Locator("#silo")).ToContainTextAsync("desktop");
        await Expect(page.Locator("#devices li")).ToBeVisibleAsync();
        await page.Locator("#sign-out").ClickAsync();

        await Expect(page.Locator("#devices")).ToBeEmptyAsync();
        Assert.Null(await page.EvaluateAsync<string?>("sessionStorage.getItem('icondiffusion-token')"));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ASiloThatIsAway_IsSaid_AndSeenAgainWhenItIsBack()
    {
        var page = await OpenAsync($"#token={Silo.Token}");
        await Expect(page.Locator("#devices li")).ToBeVisibleAsync();

        await Silo.DisposeAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("trying again");
        Silo = await StartAsync(Silo.Url.GetLeftPart(UriPartial.Authority));

        await Expect(page.Locator("#notice")).ToBeEmptyAsync();
        await Expect(page.Locator("#devices li")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task ARunThatWaits_HasNothingToShowYet_AndNothingIsWrongWithThat()
    {
        await SubmitAsync("rare", gpu: "RTX 3080");
        var page = await OpenAsync($"#token={Silo.Token}");

        await Expect(page.Locator("#experiment .stage")).ToContainTextAsync("rtx-3080");  // what it waits for
        await Expect(page.Locator("#run")).ToContainTextAsync("No losses yet");
        await Expect(page.Locator("#notice")).ToBeEmptyAsync();
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ABarrier_IsFound()
    {
        var page = await OpenAsync("");
        await page.EvaluateAsync("document.querySelector('label').remove(); document.getElementById('sign-in').style.color = '#888'");

        var found = await Barriers.FindAsync(page);

        Assert.Contains(found, each => each.Contains(": label,", StringComparison.Ordinal));
        Assert.Contains(found, each => each.Contains(": color-contrast,", StringComparison.Ordinal));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task EveryState_IsOpenToThoseWhoSeeOrHearItOtherwise()
    {
        var page = await OpenAsync("");
        var token = page.GetByLabel("The silo's token");
        await token.FillAsync("wrong");
        await token.PressAsync("Enter");
        await Expect(page.Locator("#refused")).Not.ToBeEmptyAsync();
        Assert.Empty(await Barriers.FindAsync(page));  // signed out

        await token.FillAsync(Silo.Token);
        await token.PressAsync("Enter");
        await Expect(page.Locator("#experiments code")).ToBeVisibleAsync();
        Assert.Empty(await Barriers.FindAsync(page));  // nothing there yet

        await SubmitAsync("done");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save the report" })).ToBeVisibleAsync();
        await Expect(page.Locator("#run img")).ToHaveCountAsync(3);
        Assert.Empty(await Barriers.FindAsync(page));  // finished

        await SubmitAsync("long", steps: 100_000);
        await page.GetByRole(AriaRole.Link, new() { Name = "long" }).ClickAsync();
        await Expect(page.Locator("#experiment tbody .state.running")).ToBeVisibleAsync();
        await Expect(page.Locator("#run polyline").First).ToBeVisibleAsync();
        Assert.Empty(await Barriers.FindAsync(page));  // at work

        await Silo.DisposeAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("trying again");
        Assert.Empty(await Barriers.FindAsync(page));  // out of reach
    }

    [SkippableTheory]
    [Trait("Speed", "Slow")]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task Nothing_RunsOutOfThePage(int width)
    {
        await SubmitAsync("an-experiment-with-a-name-that-is-as-long-as-a-name-may-be");
        var page = await OpenAsync($"#token={Silo.Token}", width);
        await Expect(page.Locator("#experiment tbody .state.done")).ToBeVisibleAsync();
        await Expect(page.Locator("#run img").First).ToBeVisibleAsync();

        Assert.Empty(await page.EvaluateAsync<string[]>("""
            [...document.body.querySelectorAll('*')]
              .filter(each => !each.parentElement.closest('.cells, svg'))
              .filter(each => { const box = each.getBoundingClientRect(); return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5); })
              .map(each => `${each.tagName}.${each.getAttribute('class')} ${each.textContent.slice(0, 40)}`)
            """));
    }
}
