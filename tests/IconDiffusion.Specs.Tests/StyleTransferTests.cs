using System.Text.Json;

namespace IconDiffusion.Specs.Tests;

public class StyleTransferTests
{
    private const string Ddpm = """{ "kind": "ddpm", "unet": { "dim": 32, "dimMults": [1, 2] } }""";
    private const string Style = """{ "kind": "style-transfer", "content": { "source": "twemoji-faces", "count": 20 } }""";

    [Fact]
    public void ContentIconsAreLikeTheTrainingIcons_AllOfThem_AsTheyAre()
    {
        var run = Assert.Single(Parse(Style).Runs);

        var content = Assert.IsType<TwemojiFacesSpec>(((StyleTransferSpec)run.Model).Content);
        Assert.Equal((48, "#102030", false, 0, 20), (content.ImageSize, content.Background, content.HorizontalFlip, content.HeldOut!.Value, content.Count!.Value));
        Assert.Equal((StyleTransferSpec.DefaultSteps, new LbfgsSpec()), (run.Training.Steps!.Value, run.Sampling.Sampler));
        Assert.Equal(run, JsonSerializer.Deserialize<RunSpec>(JsonSerializer.Serialize(run, SpecJson.Indented), SpecJson.Compact));
        Assert.False(run.HasLooks);
    }

    [Fact]
    public void BesideOtherModels_ItKeepsToWhatItKnows_AndTheyAreAsWithoutIt()
    {
        const string dcgan = """{ "kind": "dcgan" }""";
        const string rest = """, "training": { "budget": "12:00:00", "gradientAccumulation": 2 }, "sampling": { "sampler": { "kind": "ddim", "steps": 50 } } """;

        var runs = Parse($"{Ddpm}, {Style}, {dcgan.Replace(" }", ", \"generatorChannels\": 8 }", StringComparison.Ordinal)}", rest, size: 32).Runs;

        Assert.Equal((new TrainingSpec { Steps = StyleTransferSpec.DefaultSteps }, (SamplerSpec)new LbfgsSpec()), (runs[1].Training, runs[1].Sampling.Sampler));
        Assert.Equal((new DdimSpec { Steps = 50 }, new LatentSpec()), (runs[0].Sampling.Sampler, runs[2].Sampling.Sampler));
        Assert.Equal(Parse(Ddpm, rest, size: 32).Runs[0], runs[0]);
    }

    [Fact]
    public void BesideOtherModels_WhatIsSaidForItAlone_IsKept()
    {
        var text = $$"""
            {
              "name": "t", "dataset": { "source": "noto-faces", "imageSize": 32 }, "training": { "steps": 500, "batchSize": 8 },
              "grid": { "run": [{ "model": {{Ddpm}} }, { "model": {{Style}}, "training": { "steps": 4 } }] }
            }
            """;

        var runs = ExperimentFile.Parse(text, "t.json").Runs;

        Assert.Equal([new() { Steps = 500, BatchSize = 8 }, new TrainingSpec { Steps = 4 }], runs.Select(run => run.Training));
    }

    [Fact]
    public void ARunIsNamedByItsContentIcons_NotByWhereTheyLie()
    {
        var run = Parse(Style).Runs[0];

        Assert.Equal(Id("a", "/here"), Id("a", "/there"));
        Assert.NotEqual(Id("a", "/here"), Id("b", "/here"));
        Assert.NotEqual(RunIdentity.Run(run with { Model = ((StyleTransferSpec)run.Model).Settled(true) }, "f"), RunIdentity.Run(run with { Model = ((StyleTransferSpec)run.Model).Settled(false) }, "f"));

        string Id(string content, string path) =>
            RunIdentity.Run(run with { Model = (StyleTransferSpec)run.Model with { Content = new FolderSpec { Path = path }, ContentFingerprint = content } }, "f");
    }

    [Fact]
    public void AFolderOfContentIcons_LiesBesideTheFile()
    {
        var text = """{ "name": "t", "dataset": { "source": "noto-faces" }, "model": { "kind": "style-transfer", "content": { "source": "folder", "path": "icons" } } }""";

        var content = ((StyleTransferSpec)ExperimentFile.Parse(new SpecFile(text, "t.json", "/home/artist")).Runs[0].Model).Content;

        Assert.Equal("/home/artist/icons", ((FolderSpec)content).Path);
    }

    [Theory]
    [InlineData(""" "styleWeight": 0 """, "", "model.styleWeight is 0")]
    [InlineData(""" "contentWeight": -1 """, "", "model.contentWeight is -1")]
    [InlineData(""" "smoothness": -1 """, "", "model.smoothness is -1")]
    [InlineData(""" "contentFingerprint": "abc" """, "", "model.contentFingerprint is 'abc'")]
    [InlineData(""" "smoothness": 0 """, """, "training": { "gradientClip": 1 }""", "training.gradientClip is set")]
    [InlineData(""" "smoothness": 0 """, """, "training": { "stop": "window" }""", "training.stop is set")]
    [InlineData(""" "smoothness": 0 """, """, "training": { "from": "abc" }""", "training.from is set")]
    [InlineData(""" "smoothness": 0 """, """, "sampling": { "sampler": { "kind": "ddim" } }""", "sampling.sampler is another method's")]
    [InlineData(""" "smoothness": 0 """, """, "sampling": { "sampler": { "kind": "l-bfgs", "steps": 0 } }""", "sampling.sampler.steps is 0")]
    [InlineData(""" "content": { "source": "noto-faces", "count": 1 } """, "", "Of model.content: dataset.count is 1")]
    public void WhatDoesNotFit_IsRefused(string key, string rest, string error)
    {
        var model = key.Contains("\"content\"", StringComparison.Ordinal) ? $$"""{ "kind": "style-transfer", {{key}} }""" : Style.Replace("\"content\"", $"{key}, \"content\"", StringComparison.Ordinal);

        Assert.StartsWith($"t.json: {error}", Assert.Throws<ExperimentException>(() => Parse(model, rest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAFileLeavesOpen_IsLookedAtInASubmission()
    {
        var run = Parse(Style).Runs[0];

        string[] faults =
        [
            .. SpecValidation.Check(run with { Model = (StyleTransferSpec)run.Model with { Content = ((StyleTransferSpec)run.Model).Content with { ImageSize = 64, HorizontalFlip = true } }, Training = new() }),
            .. SpecValidation.Check(Parse(Ddpm).Runs[0] with { Sampling = new() { Sampler = new LbfgsSpec() } }),
        ];

        string[] keys = ["model.content.imageSize", "model.content.horizontalFlip", "training.steps", "sampling.sampler"];
        Assert.Equal(keys, faults.Select(fault => fault.Split(' ')[0]));
    }

    private static ExperimentSpec Parse(string models, string rest = "", int size = 48) => ExperimentFile.Parse(
        $$"""{ "name": "t", "dataset": { "source": "noto-faces", "imageSize": {{size}}, "background": "#102030" }{{rest}}, "grid": { "model": [{{models}}] } }""", "t.json");
}
