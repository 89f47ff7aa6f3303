using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace IconDiffusion.Browser.Tests;

/// <summary>One page of the browser, and what it told since it was opened.</summary>
internal sealed class Page(Browser browser, string session, ChannelReader<JsonNode> events)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<JsonNode> _told = [];

    /// <summary>Types into the focused field and presses the Enter key.</summary>
    public async Task EnterAsync(string text)
    {
        await SendAsync("Input.insertText", new() { ["text"] = text });
        foreach (var type in (string[])["keyDown", "keyUp"])
            await SendAsync("Input.dispatchKeyEvent", new() { ["type"] = type, ["key"] = "Enter", ["code"] = "Enter", ["text"] = "\r", ["windowsVirtualKeyCode"] = 13 });
    }

    /// <summary>Addresses that the page asked for, its own among them.</summary>
    public IEnumerable<string> Requests => Told("Network.requestWillBeSent").Select(told => (string)told["request"]!["url"]!);

    /// <summary>What a developer's console would show in red, and everything that the script wrote there.</summary>
    public IEnumerable<string> Complaints =>
    [
        .. Told("Runtime.exceptionThrown").Select(told => told.ToJsonString()),
        .. Told("Runtime.consoleAPICalled").Select(told => told.ToJsonString()),
        .. Told("Log.entryAdded").Select(told => told.ToJsonString()),
    ];

    public async Task LoadAsync(string path, int width, string scheme)
    {
        foreach (var domain in (string[])["Page", "Runtime", "Network", "Log"]) await SendAsync($"{domain}.enable", []);
        await SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await SendAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });
        await SendAsync("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
        using var late = new CancellationTokenSource(Patience);
        while (_told.LastOrDefault() is not { } last || (string?)last["method"] != "Page.loadEventFired")
            _told.Add(await events.ReadAsync(late.Token));
    }

    /// <summary>Lays the page out as a printer gets it, on paper that is so many CSS pixels wide between its margins.</summary>
    public async Task PrintAsync(int width)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 1000, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await SendAsync("Emulation.setEmulatedMedia", new() { ["media"] = "print" });
    }

    /// <summary>The value of an expression, awaited where it is a promise.</summary>
    /// <exception cref="InvalidOperationException">The script threw.</exception>
    public async Task<JsonNode?> EvaluateAsync(string script)
    {
        var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = script, ["awaitPromise"] = true, ["returnByValue"] = true });
        if (answer!["exceptionDetails"] is { } error) throw new InvalidOperationException(error.ToJsonString());
        while (events.TryRead(out var told)) _told.Add(told);
        return answer["result"]!["value"];
    }

    /// <summary>Completes once a condition holds, which is looked at whenever the page changes, a picture has loaded or an answer is in.</summary>
    /// <exception cref="InvalidOperationException">It never did; with what the page says instead.</exception>
    public Task UntilAsync(string condition) => EvaluateAsync($$"""
        new Promise((holds, fails) => {
          const end = then => { changes.disconnect(); answers.disconnect(); document.removeEventListener('load', look, true); clearTimeout(late); then(); };
          const look = () => { if ({{condition}}) end(holds); };
          const changes = new MutationObserver(look);
          const answers = new PerformanceObserver(look);
          const late = setTimeout(() => end(() => fails(new Error(document.body.innerText))), {{Patience.TotalMilliseconds * 0.8}});
          changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
          answers.observe({ type: 'resource' });
          document.addEventListener('load', look, true);
          look();
        })
        """);

    /// <summary>Texts that the script found wanting; it returns an array of them.</summary>
    public async Task<string[]> FindAsync(string script) => [.. ((JsonArray)(await EvaluateAsync(script))!).Select(each => (string)each!)];

    private Task<JsonNode?> SendAsync(string method, JsonObject parameters) => browser.SendAsync(method, parameters, session);

    private IEnumerable<JsonNode> Told(string method) => _told.Where(told => (string?)told["method"] == method).Select(told => told["params"]!);
}
