using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>The novelty report in a real browser: what a reader's machine makes of the file.</summary>
public sealed class NoveltyPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const string OpenEverything = "document.querySelectorAll('details').forEach(each => { each.open = true; });";

    private readonly string _folder = Directory.CreateTempSubdirectory("icon-page-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [Trait("Speed", "Slow")]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ThePage_LoadsNothing_AndComplainsOfNothing(int sets)
    {
        var (path, log) = (Written(sets), new PageLog());
        var page = await browser.OpenAsync(path, log: log);
        await page.EvaluateAsync(OpenEverything);
        await page.Locator("#theme").ClickAsync();

        Assert.Empty(log.Complaints);
        Assert.All(log.Requests, address => Assert.True(address == new Uri(path).AbsoluteUri || address.StartsWith("data:", StringComparison.Ordinal), address));
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    [Trait("Speed", "Slow")]
    public async Task WhoseBrowserAsksForJapanese_ReadsAllOfIt_UntilTheButtonChangesIt(int sets)
    {
        // What people read and hear with English words in it and nothing Japanese; names, papers and identifiers aside.
        const string english = """
            [...document.querySelectorAll('body *')].filter(each => !each.closest('script, cite'))
              .flatMap(each => [...[...each.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data), each.getAttribute('aria-label') ?? ''])
              .filter(text => /[a-z]{3,}[ ,;:]+[a-z]{3,}/.test(text.replace(/a note that looks like markup|a model with a long name, variant|libtorch|[^ ]*[0-9][^ ]*|et al\./g, '')) && !/[ぁ-んァ-ヶ一-龠]/.test(text))
            """;
        var page = await browser.OpenAsync(Written(sets), language: "ja");
        await page.EvaluateAsync(OpenEverything);
        Assert.Equal("ja", await page.EvaluateAsync<string>("document.documentElement.lang"));
        Assert.Empty((await page.EvaluateAsync<string[]>(english)).Distinct());
        await Expect(page.Locator("h1")).ToContainTextAsync("複製");
        await page.Locator("#language").ClickAsync();
        Assert.NotEmpty(await page.EvaluateAsync<string[]>(english));
        await Expect(page.Locator("h1")).ToContainTextAsync("icons");
    }

    [SkippableFact]
    public async Task EveryPicture_Decodes()
    {
        var page = await browser.OpenAsync(Written(2));
        // Icons are windows on a few pictures; each window's picture is decoded as an image of its own, and large enough for the window.
        var pictures = await page.EvaluateAsync<string[]>("""
            (async () => {
              const urls = new Set([...document.querySelectorAll('.t')].map(tile => getComputedStyle(tile).backgroundImage));
              return Promise.all([...urls].map(async url => {
                const image = new Image();
                image.src = url.slice(5, -2);
                await image.decode();
                return `${image.naturalWidth}x${image.naturalHeight}`;
              }));
            })()
            """);
        Assert.Equal(4, pictures.Length);
        Assert.All(pictures, size => Assert.DoesNotMatch("^0x|x0$", size));
    }

    [SkippableFact]
    public async Task AnIcon_ShowsItsOwnPixels()
    {
        // Two colours, so that a window on the wrong place of the picture would show.
        var (red, blue) = (Flat(255, 0, 0), Flat(0, 0, 255));
        var set = NoveltySample.Make(IconPixels.From([red, blue, red, blue, red, blue]), IconPixels.From([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? red : blue)]), "stripes");
        var path = Path.Combine(_folder, "stripes.html");
        NoveltyPage.Write(path, "stripes", [set]);
        var page = await browser.OpenAsync(path);

        // The style's own arithmetic, with the sizes that the browser computed, leads to this pixel of the picture.
        var wrong = await page.EvaluateAsync<string[]>("""
            (async () => {
              const wrong = [];
              for (const tile of document.querySelectorAll('.own .t')) {
                const style = getComputedStyle(tile), box = tile.clientWidth, image = new Image();
                image.src = style.backgroundImage.slice(5, -2);
                await image.decode();
                const [wide, high] = style.backgroundSize.split(' ').map(each => parseFloat(each) / 100 * box);
                const [left, top] = style.backgroundPosition.split(' ').map(parseFloat);
                const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
                const context = canvas.getContext('2d');
                context.drawImage(image, 0, 0);
                for (const at of [0.02, 0.5, 0.98]) {
                  const x = ((wide - box) * left / 100 + at * box) / wide * image.naturalWidth, y = ((high - box) * top / 100 + at * box) / high * image.naturalHeight;
                  const [r, g, b] = context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data;
                  const even = Number(/(\d+)$/.exec(tile.ariaLabel ?? tile.getAttribute('aria-label'))[1]) % 2 === 0;
                  if (even !== (r === 255 && b === 0)) wrong.push(`${tile.getAttribute('aria-label')} at ${at}: ${r},${g},${b}`);
                }
              }
              return wrong;
            })()
            """);
        Assert.Empty(wrong);

        static Image Flat(byte r, byte g, byte b) => new(16, 16, new Rgb(r, g, b));
    }

    [SkippableTheory]
    [InlineData(ColorScheme.Light, false)]
    [InlineData(ColorScheme.Dark, true)]
    public async Task TheTheme_IsTheReaders_UntilTheButtonChangesIt(ColorScheme scheme, bool dark)
    {
        const string isDark = "(() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number); return r + g + b < 384; })()";
        var page = await browser.OpenAsync(Written(1), scheme: scheme);
        Assert.Equal(dark, await page.EvaluateAsync<bool>(isDark));
        await page.Locator("#theme").ClickAsync();
        Assert.Equal(!dark, await page.EvaluateAsync<bool>(isDark));
    }

    [SkippableTheory]
    [InlineData(390, 1)]
    [InlineData(390, 3)]
    [InlineData(1280, 1)]
    [InlineData(1280, 3)]
    public async Task Nothing_RunsOutOfThePage(int width, int sets)
    {
        var page = await browser.OpenAsync(Written(sets), width);
        // Wide tables and strips scroll within themselves; everything else stays between the edges.
        var outside = await page.EvaluateAsync<string[]>(OpenEverything + """
            [...document.body.querySelectorAll('*')]
              .filter(each => !each.matches('.hidden') && !each.parentElement.closest('.scroll, .cards, .maps, nav, .hidden, svg, .d'))
              .filter(each => { const box = each.getBoundingClientRect(); return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5); })
              .map(each => `${each.tagName}.${each.getAttribute('class')} ${each.textContent.slice(0, 40)}`)
              .concat(document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [])
            """);
        Assert.Empty(outside);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task OnPaper_EverythingIsThereToRead(int sets)
    {
        var page = await browser.OpenAsync(Written(sets), width: 703, scheme: ColorScheme.Dark);  // A4 within margins of 12 mm
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        // Nothing scrolls on paper, and it is white.
        var wrong = await page.EvaluateAsync<string[]>(OpenEverything + """
            [...document.querySelectorAll('main *')]
              .filter(each => !each.matches('.hidden') && !each.closest('svg, .d, .t, .over'))
              .filter(each => { const box = each.getBoundingClientRect(); return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5 || getComputedStyle(each).overflowX === 'auto'); })
              .map(each => `${each.tagName}.${each.getAttribute('class')} ${each.textContent.slice(0, 40)}`)
              .concat(getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)' ? [] : [getComputedStyle(document.body).backgroundColor])
              .concat(getComputedStyle(document.body).color === 'rgb(28, 31, 35)' ? [] : [getComputedStyle(document.body).color])
            """);
        Assert.Empty(wrong);
    }

    [SkippableTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_IsReadableOnItsGround(ColorScheme scheme)
    {
        var page = await browser.OpenAsync(Written(3), scheme: scheme);
        // WCAG 2.2, 1.4.3: at least 4.5 to 1. A ground that lets something through is laid over what is below it.
        var faint = await page.EvaluateAsync<string[]>(OpenEverything + """
            (() => {
              const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
              const parse = colour => {
                canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
                const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
              };
              const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
              const ground = each => each ? over(parse(getComputedStyle(each).backgroundColor), ground(each.parentElement)) : [255, 255, 255, 1];
              const light = colour => colour.slice(0, 3).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const faint = new Set();
              for (const each of document.body.querySelectorAll('*')) {
                if (each.matches('script, title') || ![...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
                const below = ground(each.closest('svg')?.parentElement ?? each), style = getComputedStyle(each);
                const ink = over(parse(each.closest('svg') ? style.fill : style.color), below);
                const [low, high] = [light(ink), light(below)].sort((a, b) => a - b), ratio = (high + 0.05) / (low + 0.05);
                if (ratio < 4.5) faint.add(`${each.tagName}.${each.getAttribute('class')} ${ratio.toFixed(2)} ${each.textContent.slice(0, 30)}`);
              }
              return [...faint];
            })()
            """);
        Assert.Empty(faint);
    }

    [SkippableTheory]
    [Trait("Speed", "Slow")]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ThePage_IsOpenToThoseWhoSeeOrHearItOtherwise(int sets)
    {
        var page = await browser.OpenAsync(Written(sets));
        if (sets == 1) await page.EvaluateAsync(OpenEverything);  // further runs have the same parts
        Assert.Empty(await Barriers.FindAsync(page));
    }

    [SkippableFact]
    public async Task EveryPictureAndHeading_IsThereForThoseWhoHearThePage()
    {
        var page = await browser.OpenAsync(Written(3));
        var silent = await page.EvaluateAsync<string[]>("""
            [
              ...[...document.querySelectorAll('.t, .d, svg')].filter(each => !each.closest('[aria-hidden=true]') && !(each.getAttribute('role') === 'img' && each.getAttribute('aria-label'))
                && !each.parentElement.closest('[role=img]')),
              ...[...document.querySelectorAll('th')].filter(each => !each.getAttribute('scope')),
              ...[...document.querySelectorAll('.scroll, .cards, .maps')].filter(each => each.tabIndex !== 0 || !each.getAttribute('aria-label')),
            ].map(each => each.outerHTML.slice(0, 120))
            """);
        Assert.Empty(silent);
        await Expect(page.Locator("h1")).ToHaveCountAsync(1);
    }

    [SkippableFact]
    public async Task ALinkIntoAClosedRun_OpensIt()
    {
        var page = await browser.OpenAsync(Written(3));
        await Expect(page.Locator("#set1")).ToHaveJSPropertyAsync("open", false);
        await page.Locator("a[href='#set1']").First.ClickAsync();
        await Expect(page.Locator("#set1")).ToHaveJSPropertyAsync("open", true);
    }

    private string Written(int sets)
    {
        Skip.If(Browser.Program is null, "This machine has no chromium; ./icon test installs Debian's. The report was not checked in a browser.");
        var training = Noise(30, 1);
        var path = Path.Combine(_folder, $"{sets}.html");
        NoveltyPage.Write(path, "A <title> & more", [.. Enumerable.Range(0, sets).Select(i =>
            NoveltySample.Make(training, Mixed(training, 30, seed: i + 2), $"a model with a long name, variant {i}", sets < 3 ? null : Run(i), withParts: i != 1) with
            {
                // One that enlarges better than interpolation, one that had nothing to enlarge, one that is worse.
                Enlarged = new(NoveltySample.Enlarged(i - 0.5) with { Count = i == 1 ? 0 : 12 }, ImageFile.EncodePng(training.ToImage(0))),
            })]);
        return path;
    }

    // Runs of three methods, one of which starts from the weights of another.
    private static RunResult Run(int i)
    {
        var run = Results.Make(i == 0 ? [1, 2] : [1, 16], 1, 2, []);
        return run with
        {
            RunId = $"{i}",
            Spec = run.Spec with { Training = run.Spec.Training with { From = i == 2 ? "0" : null } },
            Training = run.Training with { Origins = i == 2 ? [new() { Run = "0", WeightsHash = "1", Rests = "2" }] : null },
        };
    }

    // Every third icon is a training icon.
    private static IconPixels Mixed(IconPixels training, int count, int seed)
    {
        var noise = Noise(count, seed);
        return IconPixels.From([.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? training.ToImage(i % training.Count) : noise.ToImage(i))]);
    }

    private static IconPixels Noise(int count, int seed)
    {
        var random = new SplitMix64(seed);
        var data = new byte[count * 16 * 16 * 3];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)random.Below(256);
        return new(data, 16);
    }
}
