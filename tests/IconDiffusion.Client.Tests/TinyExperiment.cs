using System.Collections.Concurrent;
using System.Text.Json;

namespace IconDiffusion.Client.Tests;

/// <summary>The whole job in seconds: 12 faces at 16×16, a network of a few thousand weights.</summary>
internal static class TinyExperiment
{
    public static string Json(int steps, string dimMults = "[[1, 2]]", string checkpointEvery = "00:00:00.2", string figures = "preprint") => $$"""
        {
          "name": "tiny",
          "dataset": { "source": "noto-faces", "count": 12, "imageSize": 16 },
          "grid": { "seed": [3407], "model": { "unet": { "dimMults": {{dimMults}} } } },
          "model": { "kind": "ddpm", "unet": { "dim": 8, "dimMults": [1] }, "diffusion": { "timesteps": 50 } },
          "training": { "steps": {{steps}}, "batchSize": 4 },
          "sampling": { "count": 4, "sampler": { "kind": "ddim", "steps": 3 } },
          "evaluation": { "inception": "random", "figures": "{{figures}}" },
          "monitoring": { "checkpointEvery": "{{checkpointEvery}}", "stripEvery": 1000 }
        }
        """;

    // One run of each is enough for all tests.
    private static readonly ConcurrentDictionary<string, Lazy<Task<JsonElement>>> Undisturbed = [];

    /// <summary>What <c>icon run</c> says with two threads and nobody in its way, exit code 0.</summary>
    public static Task<JsonElement> UndisturbedAsync(string json) => Undisturbed.GetOrAdd(json, new Lazy<Task<JsonElement>>(async () =>
    {
        using var icon = new Icon();
        var outcome = await icon.RunAsync("run", icon.Write("tiny.json", json), "--threads", "2", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return outcome.Json.Clone();
    })).Value;
}
