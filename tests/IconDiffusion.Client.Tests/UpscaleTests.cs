namespace IconDiffusion.Client.Tests;

/// <summary><c>icon upscale</c> as somebody types it, with a tiny cascade of 8 and 16 px.</summary>
public sealed class UpscaleTests : IDisposable
{
    private const string Cascade = """
        {
          "name": "cascade",
          "dataset": { "source": "noto-faces", "count": 12, "imageSize": 16 },
          "model": {
            "kind": "cascade",
            "stages": [
              { "imageSize": 8, "unet": { "dim": 8, "dimMults": [1] }, "diffusion": { "timesteps": 50 } },
              { "imageSize": 16, "unet": { "dim": 8, "dimMults": [1] }, "diffusion": { "timesteps": 50 } }
            ]
          },
          "training": { "steps": 2, "batchSize": 4 },
          "sampling": { "count": 4, "sampler": { "kind": "ddim", "steps": 2 } },
          "evaluation": { "inception": "random", "figures": "preprint" }
        }
        """;

    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Images_AreEnlargedByAStage_AndByNothingElse()
    {
        var ran = await _icon.RunAsync("run", _icon.Write("cascade.json", Cascade), "--threads", "2", "--json");
        Assert.True(ran.ExitCode == 0, ran.Error);
        var runs = ran.Json.GetProperty("results").EnumerateArray().Select(each => each.GetProperty("result")).ToDictionary(
            result => result.GetProperty("spec").GetProperty("dataset").GetProperty("imageSize").GetInt32(), result => result.GetProperty("runId").GetString()!);
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "2", "--size", "8", "--output", "small");
        _icon.Write("letter.png", "a letter");

        var large = await UpscaleAsync(runs[16], Path.Combine("small", "0.png"), Path.Combine("small", "1.png"));
        var letter = await UpscaleAsync(runs[16], "letter.png");
        var nowhere = await UpscaleAsync(runs[16], "nowhere.png");
        var drawing = await UpscaleAsync(runs[8], "small");

        Assert.True(large.ExitCode == 0, large.Error);
        Assert.Equal((8, 16), (large.Json.GetProperty("from").GetInt32(), large.Json.GetProperty("to").GetInt32()));
        Assert.Equal(["0.png", "1.png"], Directory.GetFiles(Path.Combine(_icon.Folder, "large")).Select(Path.GetFileName).Order());
        Assert.Equal((2, 2, 2), (letter.ExitCode, nowhere.ExitCode, drawing.ExitCode));
        Assert.Contains("letter.png", letter.Error);
        Assert.Contains("nowhere.png", nowhere.Error);
        Assert.Contains(runs[8], drawing.Error);
    }

    private Task<Icon.Outcome> UpscaleAsync(string run, params string[] images) => _icon.RunAsync(["upscale", run, .. images, "--out", "large", "--threads", "2", "--json"]);
}
