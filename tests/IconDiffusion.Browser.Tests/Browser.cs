using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace IconDiffusion.Browser.Tests;

/// <summary>Debian's chromium without a window, driven by Playwright (https://playwright.dev/dotnet/).</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly float Limit = (float)Patience.Limit.TotalMilliseconds;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private IPlaywright? _driver;
    private IBrowser? _chromium;
    private readonly ConcurrentDictionary<string, Task<IBrowserContext>> _contexts = [];

    /// <summary>Where it is; null: this machine has none.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Program is null) return;
        Assertions.SetDefaultExpectTimeout(Limit);
        _driver = await Playwright.CreateAsync();
        _chromium = await _driver.Chromium.LaunchAsync(new() { ExecutablePath = Program, Timeout = Limit, Args = ["--disable-gpu"] });
    }

    /// <summary>A new page that shows an address.</summary>
    /// <param name="address">A URL, or the path of a file.</param>
    /// <param name="width">CSS pixels.</param>
    /// <param name="log">Hears of the page from its first request on.</param>
    /// <param name="language">What the browser asks for.</param>
    internal async Task<IPage> OpenAsync(string address, int width = 1280, ColorScheme scheme = ColorScheme.Light, PageLog? log = null, string language = "en-US")
    {
        var page = await (await _contexts.GetOrAdd(language, wanted => _chromium!.NewContextAsync(new() { Locale = wanted }))).NewPageAsync();
        await page.SetViewportSizeAsync(width, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        page.SetDefaultTimeout(Limit);
        log?.Follow(page);
        await page.GotoAsync(new Uri(address).AbsoluteUri);
        return page;
    }

    /// <summary>Closes every page: one that is left open goes on asking its silo.</summary>
    internal async Task ClosePagesAsync()
    {
        foreach (var context in _contexts.Values)
            foreach (var page in (await context).Pages.ToArray()) await page.CloseAsync();
    }

    public async Task DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        _driver?.Dispose();
    }
}

/// <summary>What a page asked for and complained of.</summary>
internal sealed class PageLog
{
    /// <summary>Addresses that the page asked for, its own among them.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What a developer's console would show in red, and everything that the script wrote there, each with its address.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public void Follow(IPage page)
    {
        page.Request += (_, request) => Requests.Enqueue(request.Url);
        page.Console += (_, message) => Complaints.Enqueue($"{message.Text} {message.Location}");
        page.PageError += (_, error) => Complaints.Enqueue(error);
    }
}
