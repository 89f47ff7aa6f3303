using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IconDiffusion.Client.Tests;

/// <summary>The public page as somebody starts it.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task ARunOfOnesOwn_IsServed_UntilItIsStopped_AndTakesNoMoreMemoryWithEachIcon()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells what a process holds.");
        var ran = await _icon.RunAsync("run", _icon.Write("tiny.json", TinyExperiment.Json(steps: 3, figures: "all")), "--json");
        Assert.True(ran.ExitCode == 0, ran.Error);
        var run = ran.Json.GetProperty("results")[0].GetProperty("result").GetProperty("runId").GetString()!;
        var start = _icon.Prepare("demo", run, "--url", "http://127.0.0.1:0", "--steps", "5", "--threads", "2", "--device", "cpu", "--json");
        using var process = System.Diagnostics.Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var document = new StringBuilder();
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync();
            document.AppendLine(line);
        }
        while (line is not (null or "}"));
        Assert.True(line is not null, line is null ? await error : "");
        using var client = new HttpClient { BaseAddress = new(JsonDocument.Parse(document.ToString()).RootElement.GetProperty("url").GetString()!) };

        var numbers = new List<int>();
        async Task<long> AfterAsync(int icons)
        {
            while (numbers.Count < icons)
                numbers.Add(await VisitAsync(client, numbers.Count));
            var held = (await File.ReadAllLinesAsync($"/proc/{process.Id}/status")).Single(each => each.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(held.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        var early = await AfterAsync(200);
        var late = await AfterAsync(600);
        await Icon.SignalAsync(process, "TERM");
        await process.WaitForExitAsync();

        Assert.Equal(600, numbers.Distinct().Count());
        Assert.InRange(late - early, long.MinValue, 30_000);  // kB
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(600, (int)JsonNode.Parse(File.ReadAllText(Path.Combine(_icon.Folder, "data", "runs", run, "shown.json")))!["shown"]!);
    }

    [Theory]
    [InlineData(2, "No run 'none'", "none")]
    [InlineData(2, "which other machines can reach", "none", "--url", "http://0.0.0.0:5490")]
    [InlineData(2, "--public-url is 'javascript:alert(1)'", "none", "--public-url", "javascript:alert(1)")]
    public async Task WhatCannotBeServed_IsNamed(int exitCode, string expected, params string[] arguments)
    {
        var outcome = await _icon.RunAsync(["demo", .. arguments]);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error);
    }

    // From an address of its own, so that nobody asks too often.
    private static async Task<int> VisitAsync(HttpClient client, int visitor)
    {
        using var answer = await client.SendAsync(
            new(HttpMethod.Post, "/icons") { Headers = { { "X-Forwarded-For", $"198.51.{visitor / 250}.{visitor % 250}" } } }, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        var last = "";
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
            last = item.Data;
        return (int)JsonNode.Parse(last)!["number"]!;
    }
}
