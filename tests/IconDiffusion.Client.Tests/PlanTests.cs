using System.Globalization;
using System.Text.Json;

namespace IconDiffusion.Client.Tests;

/// <summary>How long a plan says that runs take, and how it knows.</summary>
public sealed class PlanTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    private async Task<JsonElement> PlanAsync(string file, params string[] options)
    {
        var outcome = await _icon.RunAsync(["plan", file, "--json", "--device", "cpu", .. options.Contains("--threads") ? [] : (string[])["--threads", "2"], .. options]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return Assert.Single(outcome.Json.GetProperty("runs").EnumerateArray());
    }

    private static double Seconds(JsonElement parent, string name) => TimeSpan.Parse(parent.GetProperty(name).GetString()!, CultureInfo.InvariantCulture).TotalSeconds;

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task TimesAreEstimated_ThenThoseOfFinishedRuns_AndMeasuredWhereThatIsWanted()
    {
        var file = _icon.Write("tiny.json", TinyExperiment.Json(steps: 20));
        // Another seed, sampler and number of steps; batches twice as large.
        var other = _icon.Write("other.json", TinyExperiment.Json(steps: 300).Replace("[3407]", "[1]").Replace("\"steps\": 3 }", "\"steps\": 6 }").Replace("\"batchSize\": 4", "\"batchSize\": 8"));
        var before = await PlanAsync(other);
        var ran = await _icon.RunAsync("run", file, "--json", "--device", "cpu", "--threads", "2");
        Assert.True(ran.ExitCode == 0, ran.Error);
        var result = ran.Json.GetProperty("results")[0].GetProperty("result");

        var after = await PlanAsync(other);

        Assert.Equal(("estimate", "finished-runs"), (before.GetProperty("basis").GetString(), after.GetProperty("basis").GetString()));
        Assert.Equal(before.GetProperty("parameters").GetInt64(), after.GetProperty("parameters").GetInt64());
        Assert.InRange(Seconds(before, "trainingTime"), 0.3, 300);
        Assert.Equal(Seconds(result.GetProperty("training"), "time") / 20 * 2 * 300, Seconds(after, "trainingTime"), 1e-3);
        Assert.Equal(Seconds(result.GetProperty("sampling"), "time") * 2, Seconds(after, "samplingTime"), 1e-3);
        Assert.Equal("measured", (await PlanAsync(other, "--measure")).GetProperty("basis").GetString());
        // Other threads are another pace.
        Assert.Equal("estimate", (await PlanAsync(other, "--threads", "1")).GetProperty("basis").GetString());
    }
}
