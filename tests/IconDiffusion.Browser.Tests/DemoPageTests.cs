using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Silo.Demo;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>The public page of a real run, in a real browser.</summary>
public sealed class DemoPageTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private readonly TrainedFaces _faces = new();
    private FreshIcons _icons = null!;
    private DemoHost _host = null!;

    public async Task InitializeAsync()
    {
        _icons = FreshIcons.Open(_faces.Run, _faces.Data, TrainedFaces.Device, steps: null, withoutConsent: false);
        _host = await DemoHost.StartAsync(new() { Url = "http://127.0.0.1:0", LookEvery = TimeSpan.FromMilliseconds(200) }, _icons, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await browser.ClosePagesAsync();
        await _host.DisposeAsync();
        _icons.Dispose();
        _faces.Dispose();
    }

    [SkippableTheory]
    [InlineData(360)]
    [InlineData(1280)]
    public async Task OneKey_BringsAnIcon_AndAnotherOneTheNext(int width)
    {
        var log = new PageLog();
        var page = await OpenAsync(width, log);
        await Expect(page.Locator("#facts")).ToContainTextAsync("research");
        await page.Locator("#draw").FocusAsync();

        var (icon, save) = (page.Locator("#icon"), page.Locator("#save"));
        for (var i = 0; i < 2; i++)
        {
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("#facts")).ToContainTextAsync($"Shown so far{i + 1} ");
            await Expect(icon).ToHaveAttributeAsync("alt", $"Icon 1,000,00{i}, made by a program");
            await Expect(save).ToHaveAttributeAsync("download", $"icon-100000{i}.png");
            Assert.Equal(16, await icon.EvaluateAsync<int>("each => each.decode().then(() => each.naturalWidth)"));
        }

        await Expect(page.Locator("#draw")).ToBeFocusedAsync();
        Assert.Equal(await icon.GetAttributeAsync("src"), await save.GetAttributeAsync("href"));
        // The artist's name and terms have markup in them, which is text here.
        await Expect(page.Locator("#source")).ToContainTextAsync(TrainedFaces.Terms.Artist);
        await Expect(page.Locator("body b, body script")).ToHaveCountAsync(0);
        Assert.Empty(await page.Context.CookiesAsync([page.Url]));
        Assert.Equal(148, await page.Locator("#code").EvaluateAsync<int>("each => each.decode().then(() => each.clientWidth)"));
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            [...document.body.querySelectorAll('*')]
              .filter(each => { const box = each.getBoundingClientRect(); return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5); })
              .map(each => `${each.tagName} ${each.textContent.slice(0, 40)}`)
            """));
        Assert.Empty(await Barriers.FindAsync(page));
        Assert.Empty(log.Complaints);
        Assert.All(log.Requests, address => Assert.True(address.StartsWith(_host.Url.AbsoluteUri, StringComparison.Ordinal) || address.StartsWith("blob:", StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.Ordinal), address));
    }

    [SkippableFact]
    public async Task OnceTheConsentIsRevoked_ThePageSaysThatItIsClosed_AndShowsNoMore()
    {
        var page = await OpenAsync(1280);
        await Expect(page.Locator("#facts")).ToContainTextAsync("research");
        _faces.Revoke();

        await page.Locator("#draw").ClickAsync();

        await Expect(page.Locator("#state")).ToHaveTextAsync(Painter.Closed);
        await Expect(page.Locator("#shown")).ToBeHiddenAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("This page is closed");
        Assert.Empty(await Barriers.FindAsync(page));
    }

    [SkippableFact]
    public async Task WhoseBrowserAsksForJapanese_ReadsThePageInIt()
    {
        var page = await OpenAsync(390, language: "ja-JP");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ja");
        await Expect(page.Locator("h1")).ToHaveTextAsync("プログラムが描く新しいアイコン");
        await Expect(page.Locator("#source")).ToContainTextAsync($"{TrainedFaces.Terms.Artist} さん");
        await page.Locator("#draw").ClickAsync();
        await Expect(page.Locator("#icon")).ToHaveAttributeAsync("alt", "アイコン 1,000,000（プログラムが描いたもの）");
        Assert.Empty(await Barriers.FindAsync(page));
        _faces.Revoke();
        await page.Locator("#draw").ClickAsync();
        await Expect(page.Locator("#state")).ToContainTextAsync("公開を終了しました");
    }

    private async Task<IPage> OpenAsync(int width, PageLog? log = null, string language = "en-US")
    {
        Skip.If(Browser.Program is null, "This machine has no chromium; ./icon test installs Debian's. The public page was not looked at.");
        return await browser.OpenAsync(_host.Url.AbsoluteUri, width, log: log, language: language);
    }
}
