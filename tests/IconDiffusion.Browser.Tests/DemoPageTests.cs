using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Silo.Demo;

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
        await _host.DisposeAsync();
        _icons.Dispose();
        _faces.Dispose();
    }

    [SkippableTheory]
    [InlineData(360)]
    [InlineData(1280)]
    public async Task OneKey_BringsAnIcon_AndAnotherOneTheNext(int width)
    {
        var page = await OpenAsync(width);
        await page.UntilAsync("document.getElementById('facts').textContent.includes('research')");
        await page.EvaluateAsync("document.getElementById('draw').focus()");

        var seen = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            await page.EnterAsync("");
            await page.UntilAsync($"document.getElementById('facts').textContent.includes('Shown so far{i + 1} ') && document.getElementById('icon').naturalWidth === 16");
            seen.Add((string)(await page.EvaluateAsync("document.getElementById('icon').alt + ' ' + document.getElementById('save').download"))!);
        }

        Assert.Equal(["Icon 1,000,000, made by a program icon-1000000.png", "Icon 1,000,001, made by a program icon-1000001.png"], seen);
        Assert.Equal("draw", (string)(await page.EvaluateAsync("document.activeElement.id"))!);
        Assert.True((bool)(await page.EvaluateAsync("document.getElementById('save').href === document.getElementById('icon').src"))!);
        // The artist's name and terms have markup in them, which is text here.
        Assert.Contains(TrainedFaces.Terms.Artist, (string)(await page.EvaluateAsync("document.getElementById('source').textContent"))!);
        Assert.Equal("", (string)(await page.EvaluateAsync("[...document.querySelectorAll('body b, body script')].map(each => each.outerHTML).join() + document.cookie"))!);
        Assert.Equal(148, (int)(await page.EvaluateAsync("document.getElementById('code').naturalWidth && document.getElementById('code').clientWidth"))!);
        Assert.Empty(await page.FindAsync("""
            [...document.body.querySelectorAll('*')]
              .filter(each => { const box = each.getBoundingClientRect(); return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5); })
              .map(each => `${each.tagName} ${each.textContent.slice(0, 40)}`)
            """));
        Assert.Empty(page.Complaints);
        Assert.All(page.Requests, address => Assert.True(address.StartsWith(_host.Url.AbsoluteUri, StringComparison.Ordinal) || address.StartsWith("blob:", StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.Ordinal), address));
    }

    [SkippableFact]
    public async Task OnceTheConsentIsRevoked_ThePageSaysThatItIsClosed_AndShowsNoMore()
    {
        var page = await OpenAsync(1280);
        await page.UntilAsync("document.getElementById('facts').textContent.includes('research')");
        _faces.Revoke();

        await page.EvaluateAsync("document.getElementById('draw').click()");

        await page.UntilAsync($"document.getElementById('state').textContent === '{Painter.Closed}'");
        Assert.True((bool)(await page.EvaluateAsync("document.getElementById('shown').hidden"))!);
    }

    private async Task<Page> OpenAsync(int width)
    {
        Skip.If(Browser.Program is null, "This machine has no chromium; ./icon test installs Debian's. The public page was not looked at.");
        return await browser.OpenAsync(_host.Url.AbsoluteUri, width);
    }
}
