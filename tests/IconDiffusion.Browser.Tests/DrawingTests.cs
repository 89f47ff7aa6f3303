using System.IO.Compression;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>What becomes of a finished run on the dashboard: more icons of it, a film, what is given away, and consents that are taken back.</summary>
public sealed class DrawingTests(Browser browser) : OnADashboard(browser)
{
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task MoreIcons_AFilm_AndAFolderToGiveAway_ComeOfAFinishedRun()
    {
        var id = await SubmitAsync("faces", figures: EvaluationFigures.All);
        var page = await OpenAsync($"#token={Silo.Token}");
        await Expect(Button(page, "Publish")).ToBeVisibleAsync();
        var run = (await StatusAsync(id)).Cells[0].RunId;

        await Button(page, "Draw icons").PressAsync("Enter");
        await page.GetByLabel("Icons in all").FillAsync("6");
        await page.GetByLabel("Icons in all").PressAsync("Enter");
        await Expect(page.Locator("#drawing-answer")).ToHaveTextAsync("6 icons are there.");
        await Expect(page.Locator("#drawn img[src^=blob]")).ToHaveCountAsync(6);
        Assert.All(await WidthsAsync(page, "#drawn img"), width => Assert.Equal(16, width));
        Assert.Empty(await Barriers.FindAsync(page));
        await page.GetByLabel("A film through icons").FillAsync("0, 5");
        await Button(page, "Draw the film").ClickAsync();
        await Expect(page.Locator("#drawing-answer")).ToHaveTextAsync("The film is drawn.");
        Assert.Equal(128, Assert.Single(await WidthsAsync(page, "#drawn img")));
        await page.Keyboard.PressAsync("Escape");

        await Button(page, "Publish").ClickAsync();
        await page.GetByLabel("Mark every icon").CheckAsync();
        Assert.Empty(await Barriers.FindAsync(page));
        var saved = await page.RunAndWaitForDownloadAsync(() => Button(page, "Make the folder").ClickAsync());
        Assert.Equal($"{run}.zip", saved.SuggestedFilename);
        using var archive = ZipFile.OpenRead(await saved.PathAsync());
        using var content = archive.GetEntry(PublicationManifest.FileName)!.Open();
        var manifest = (await JsonSerializer.DeserializeAsync<PublicationManifest>(content, SpecJson.Indented))!;
        Assert.Equal((run, true, 4), (manifest.Run, manifest.Watermark, manifest.Files.Count(file => file.Icon is not null) + manifest.LeftOut.Count));
        Assert.Equal([.. manifest.Files.Select(file => file.Name).Order(StringComparer.Ordinal)], archive.Entries.Select(entry => entry.FullName).Where(name => name != PublicationManifest.FileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Folder, "data", ".copies")));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AConsent_IsSeenByAll_AndTakenBackByAnOwnerAlone()
    {
        var registry = new ConsentRegistry(Path.Combine(Folder, "data", "consents"), TimeProvider.System);
        registry.Add(new string('f', 64), TrainedFaces.Terms);
        var watcher = await OpenAsync($"#token={await TokenAsync(TokenRole.Watch)}");
        await Button(watcher, "Consents").ClickAsync();
        await Expect(watcher.Locator("#consent-list strong")).ToHaveTextAsync(TrainedFaces.Terms.Artist);  // its markup is text
        await Expect(Button(watcher, "Revoke")).ToHaveCountAsync(0);

        var owner = await OpenAsync($"#token={Silo.Token}");
        await Expect(owner.Locator("#new")).ToBeVisibleAsync();
        await Button(owner, "Consents").ClickAsync();
        await owner.GetByLabel("Reason, for the record").FillAsync("she asked");
        await Button(owner, "Revoke").ClickAsync();
        await Button(owner, "Keep it").ClickAsync();
        Assert.Null(Assert.Single(registry.All()).Revocation);
        await Button(owner, "Revoke").ClickAsync();
        await Button(owner, "Revoke it").ClickAsync();

        await Expect(owner.Locator("#consent-list .bad")).ToContainTextAsync("she asked");
        await Expect(Button(owner, "Revoke")).ToHaveCountAsync(0);
        Assert.Equal("she asked", Assert.Single(registry.All()).Revocation?.Reason);
        Assert.Empty(await Barriers.FindAsync(owner));
    }

    private static async Task<int[]> WidthsAsync(IPage page, string images) =>
        await page.Locator(images).EvaluateAllAsync<int[]>("all => Promise.all(all.map(each => each.decode().then(() => each.naturalWidth)))");
}
