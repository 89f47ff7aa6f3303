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
    [Trait("Speed", "Slow")]
    [InlineData(360)]
    [InlineData(1280)]
    public async Task OneKey_BringsAnIcon_AndAnotherOneTheNext(int width)
    {
        var log = new PageLog();
        var page = await OpenAsync(width, log);
        await Expect(page.Locator("#facts")).ToContainTextAsync("research");
        await Expect(page.Locator("#wishes")).ToBeHiddenAsync();
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
    [Trait("Speed", "Slow")]
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
    [Trait("Speed", "Slow")]
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

    [SkippableTheory]
    [Trait("Speed", "Slow")]
    [InlineData("en-US", 360, "Icon 1,000,000, asked to show: hat, <b>beard</b>. Nobody has seen it before you.")]
    [InlineData("ja-JP", 1280, "アイコン 1,000,000（希望：hat, <b>beard</b>）。あなたより前に見た人はいません。")]
    public async Task WhereTheModelKnowsTags_TheyAreChosenByKeys_AndStayChosen(string language, int width, string caption)
    {
        using var faces = new TrainedFaces(TrainedFaces.Terms, withTags: true);
        using var icons = FreshIcons.Open(faces.Run, faces.Data, TrainedFaces.Device, steps: null, withoutConsent: false);
        await using var host = await DemoHost.StartAsync(new() { Url = "http://127.0.0.1:0" }, icons, CancellationToken.None);
        var log = new PageLog();
        var page = await OpenAsync(width, log, language, host);
        var boxes = page.GetByRole(AriaRole.Group).GetByRole(AriaRole.Checkbox);
        await Expect(boxes).ToHaveCountAsync(3);
        for (var i = 0; i < 3; i++)
            await Expect(boxes.Nth(i)).ToHaveAccessibleNameAsync(TrainedFaces.Tags[i]);

        await boxes.First.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");

        // The names have markup in them, which is text here.
        await Expect(page.Locator("#number")).ToHaveTextAsync(caption);
        await Expect(page.Locator("body b")).ToHaveCountAsync(0);
        var checks = await boxes.EvaluateAllAsync<bool[]>("all => all.map(each => each.checked)");
        Assert.Equal([true, true, false], checks);
        Assert.Equal(["hat", "<b>beard</b>"], new Uri(log.Requests.Single(address => address.Contains("/icons", StringComparison.Ordinal))).Query[1..].Split('&').Select(part => Uri.UnescapeDataString(part["tag=".Length..].Replace('+', ' '))));
        Assert.Empty(await Barriers.FindAsync(page));
        Assert.Empty(log.Complaints);
        await browser.ClosePagesAsync();
    }

    private async Task<IPage> OpenAsync(int width, PageLog? log = null, string language = "en-US", DemoHost? host = null)
    {
        Skip.If(Browser.Program is null, "This machine has no chromium; ./icon test installs Debian's. The public page was not looked at.");
        return await browser.OpenAsync((host ?? _host).Url.AbsoluteUri, width, log: log, language: language);
    }
}
