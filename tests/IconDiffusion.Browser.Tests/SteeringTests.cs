using IconDiffusion.Specs.Cluster;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>What the dashboard lets somebody do with an experiment, done with the keyboard.</summary>
public sealed class SteeringTests(Browser browser) : OnADashboard(browser)
{
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AnExperiment_IsPaused_Resumed_MovedInTheQueue_Cancelled_AndSubmittedAgain()
    {
        var id = await SubmitAsync("faces", steps: 1_000_000);
        var page = await OpenAsync($"#token={await TokenAsync(TokenRole.Work)}");

        await Button(page, "Pause: faces").PressAsync("Enter");
        await Expect(page.Locator("#experiment h2 .state")).ToHaveTextAsync("paused");
        Assert.Equal(ExperimentState.Paused, (await StatusAsync(id)).State);
        await Expect(page.Locator("#answer")).ToHaveTextAsync("faces: paused.");

        await page.GetByLabel("Priority").FillAsync("7");
        await page.GetByLabel("Priority").PressAsync("Enter");
        await Expect(page.Locator("#answer")).ToHaveTextAsync("Priority 7.");
        Assert.Equal(7, (await StatusAsync(id)).Priority);

        await Button(page, "Resume: faces").PressAsync("Enter");
        await Expect(page.Locator("#experiment h2 .state")).ToHaveTextAsync("running");

        await Button(page, "Cancel: faces").PressAsync("Enter");
        await Expect(Button(page, "Keep it")).ToBeFocusedAsync();
        Assert.Empty(await Barriers.FindAsync(page));  // while it asks
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(ExperimentState.Running, (await StatusAsync(id)).State);
        await Button(page, "Cancel: faces").PressAsync("Enter");
        await Button(page, "Cancel it").PressAsync("Enter");
        await Expect(page.Locator("#experiment h2 .state")).ToHaveTextAsync("cancelled");
        Assert.Equal(ExperimentState.Cancelled, (await StatusAsync(id)).State);

        await Button(page, "Submit again: faces").PressAsync("Enter");
        await Expect(page.Locator("#experiment h2 .state")).ToHaveTextAsync("running");
        Assert.Equal((ExperimentState.Running, 7), ((await StatusAsync(id)).State, (await StatusAsync(id)).Priority));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task WhoMayOnlyWatch_IsOfferedNothing_AndTheSilosNoIsShown()
    {
        var id = await SubmitAsync("faces", steps: 1_000_000);
        var watch = await TokenAsync(TokenRole.Watch);
        var watcher = await OpenAsync($"#token={watch}");
        await Expect(watcher.Locator("#experiment tbody .state.running")).ToBeVisibleAsync();
        await Expect(watcher.GetByRole(AriaRole.Group, new() { Name = "Commands" })).ToHaveCountAsync(0);

        // A token that could, and can no longer.
        var worker = await OpenAsync($"#token={await TokenAsync(TokenRole.Work)}");
        await Expect(Button(worker, "Pause: faces")).ToBeVisibleAsync();
        await worker.RouteAsync("**/pause", route => route.ContinueAsync(new() { Headers = route.Request.Headers.Append(new("authorization", $"Bearer {watch}")).GroupBy(each => each.Key).Select(each => each.Last()) }));
        await Button(worker, "Pause: faces").ClickAsync();

        await Expect(worker.Locator("#answer")).ToHaveTextAsync($"POST /api/experiments/{id}/pause wants a token of the role work; this one is of the role watch.");
        Assert.Equal(ExperimentState.Running, (await StatusAsync(id)).State);
    }
}
