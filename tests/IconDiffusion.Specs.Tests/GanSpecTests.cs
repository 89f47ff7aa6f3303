using System.Text.Json;

namespace IconDiffusion.Specs.Tests;

public class GanSpecTests
{
    private const string Ddpm = """{ "kind": "ddpm", "unet": { "dim": 32, "dimMults": [1, 2] } }""";

    private static RunSpec[] Parse(string models, string more = "", int size = 128) =>
        [.. ExperimentFile.Parse($$"""
            { "name": "t", "dataset": { "source": "noto-faces", "count": 158, "imageSize": {{size}} }, "grid": { "model": [{{models}}] }, {{more}} }
            """, "t.json").Runs];

    private static string ErrorOf(string model, string more = "", int size = 128) =>
        Assert.Throws<ExperimentException>(() => Parse(model, more, size)).Message;

    [Theory]
    [InlineData("dcgan", 100, 2e-4, 0.5, 0.999)]
    [InlineData("wgan-gp", 128, 1e-4, 0, 0.9)]
    [InlineData("stylegan2", 512, 0.002, 0, 0.99)]
    public void AKindAlone_TrainsAsItsReferenceDoes(string kind, int latentDim, double rate, double beta1, double beta2)
    {
        var model = Assert.IsType<GanSpec>(Assert.Single(Parse($$"""{ "kind": "{{kind}}" }""")).Model, exactMatch: false);

        Assert.Equal(latentDim, model.LatentDim);
        Assert.Equal(new AdamSpec { LearningRate = rate, Beta1 = beta1, Beta2 = beta2 }, model.Adam);
    }

    [Fact]
    public void OneChangedOptimiserKey_LeavesTheOthersAsTheMethodHasThem() =>
        Assert.Equal(
            new AdamSpec { LearningRate = 1e-4, Beta1 = 0.5, Beta2 = 0.999 },
            ((GanSpec)Parse("""{ "kind": "dcgan", "learningRate": 1e-4 }""")[0].Model).Adam);

    [Fact]
    public void EveryGan_ReadBackFromJson_EqualsItself()
    {
        ModelSpec[] models =
        [
            new DcganSpec { GeneratorChannels = 8 },
            new WganGpSpec { CriticSteps = 2 },
            new StyleGan2Spec { R1 = null, PathLength = null, Augment = new AdaSpec { Cap = 0.5, Transforms = [AdaTransform.Rotate90] } },
            new StyleGan2Spec { Augment = new DiffAugmentSpec { Policy = [DiffAugmentPolicy.Cutout] }, Ema = new() { Rampup = null } },
            new StyleGan2Spec { Augment = new NoAugmentSpec() },
        ];

        Assert.All(models, model => Assert.Equal(model, JsonSerializer.Deserialize<ModelSpec>(JsonSerializer.Serialize(model, SpecJson.Compact), SpecJson.Compact)));
    }

    [Fact]
    public void InAFileWithBothKinds_TheReverseProcessAndTheOptimiserAreTheDiffusionModels()
    {
        var runs = Parse($$"""{{Ddpm}}, { "kind": "dcgan" }""", """
            "training": { "adam": { "learningRate": 3e-4 }, "batchSize": 32 }, "sampling": { "sampler": { "kind": "ddim" } }
            """);

        Assert.Equal((3e-4, new DdimSpec()), (runs[0].Training.Adam.LearningRate, runs[0].Sampling.Sampler));
        Assert.Equal((new AdamSpec(), new LatentSpec()), (runs[1].Training.Adam, runs[1].Sampling.Sampler));
        Assert.All(runs, run => Assert.Equal(32, run.Training.BatchSize));
    }

    [Theory]
    [InlineData("adam", "{ \"learningRate\": 1 }")]
    [InlineData("ema", "{ \"decay\": 0.5 }")]
    [InlineData("gradientClip", "1")]
    [InlineData("gradientAccumulation", "2")]
    public void AmongGansAlone_KeysTheyDoNotUse_AreRefused(string key, string value) =>
        Assert.Contains(
            $"training.{key} is set, which a GAN does not use",
            ErrorOf("""{ "kind": "dcgan" }""", $$"""
                "training": { "{{key}}": {{value}} }
                """));

    [Theory]
    [InlineData("""{ "kind": "dcgan" }""", 96, "dataset.imageSize is 96; dcgan 64 wants a power of two from 32 to 128.")]
    [InlineData("""{ "kind": "wgan-gp" }""", 256, "dataset.imageSize is 256; wgan-gp 64 wants a power of two from 32 to 128.")]
    [InlineData("""{ "kind": "stylegan2" }""", 48, "wants a power of two from 8 to 1024.")]
    [InlineData("""{ "kind": "stylegan2", "minibatchStdGroup": 6 }""", 128, "training.batchSize is 16; wanted a multiple of model.minibatchStdGroup (6).")]
    [InlineData("""{ "kind": "stylegan2", "minibatchStdGroup": 32 }""", 128, "training.batchSize is 16; wanted a multiple of model.minibatchStdGroup (32).")]
    [InlineData("""{ "kind": "stylegan2", "r1": { "gamma": -1 } }""", 128, "model.r1.gamma is -1; wanted 0 or more.")]
    [InlineData("""{ "kind": "stylegan2", "styleMixing": 1.5 }""", 128, "model.styleMixing is 1.5; wanted 0 to 1.")]
    [InlineData("""{ "kind": "stylegan2", "augment": { "kind": "ada", "cap": 1.2 } }""", 128, "model.augment.cap is 1.2; wanted 0 to 1.")]
    [InlineData("""{ "kind": "stylegan2", "augment": { "kind": "ada", "transforms": ["spin"] } }""", 128, "each item one of xflip, rotate90, xint")]
    [InlineData("""{ "kind": "wgan-gp", "gradientPenalty": -10 }""", 128, "model.gradientPenalty is -10; wanted 0 or more.")]
    [InlineData("""{ "kind": "dcgan", "latentDims": 3 }""", 128, "(did you mean 'latentDim'?); known here: beta1, beta2, discriminatorChannels, generatorChannels, kind,")]
    [InlineData("""{ "kind": "gan" }""", 128, "wanted one of \"ddpm\", \"cascade\", \"dcgan\", \"wgan-gp\", \"stylegan2\", \"style-transfer\".")]
    public void AnImpossibleGan_IsRefusedBeforeAnyWork(string model, int size, string expected) =>
        Assert.Contains(expected, ErrorOf(model, size: size));

    [Fact]
    public void FewerImagesThanABatch_AreRefused() =>
        Assert.Contains(
            "dataset.count is 158; a GAN wants at least as many images as training.batchSize (160).",
            ErrorOf("""{ "kind": "dcgan" }""", "\"training\": { \"batchSize\": 160 }"));

    [Theory]
    [InlineData("dcgan", "{ \"kind\": \"ddim\" }", "sampling.sampler is a reverse process, which a GAN has not")]
    [InlineData("dcgan", "{ \"kind\": \"latent\", \"truncation\": 0.7 }", "sampling.sampler.truncation is 0.7; dcgan 64 has none, wanted 1.")]
    [InlineData("stylegan2", "{ \"kind\": \"latent\", \"with\": [\"beard\"] }", "sampling.sampler.with is set; wanted a model whose condition is tags.")]
    [InlineData("stylegan2", "{ \"kind\": \"latent\", \"truncation\": -1 }", "sampling.sampler.truncation is -1; wanted 0 to 2.")]
    public void ASamplerThatIsNotTheMethods_IsRefused(string kind, string sampler, string expected) =>
        Assert.Contains(expected, ErrorOf($$"""{ "kind": "{{kind}}" }""", $$"""
            "sampling": { "sampler": {{sampler}} }
            """));

    [Fact]
    public void TagsThatAreAskedFor_AreThoseOfEveryModelThatKnowsThem()
    {
        var runs = ExperimentFile.Parse("""
            {
              "name": "told", "dataset": { "source": "noto-faces", "imageSize": 32 },
              "grid": { "model": [
                { "kind": "ddpm", "unet": { "dim": 16, "dimMults": [1, 2] }, "condition": "tags" },
                { "kind": "stylegan2", "condition": "tags" }, { "kind": "stylegan2" }, { "kind": "ddpm", "unet": { "dim": 16, "dimMults": [1, 2] } } ] },
              "training": { "batchSize": 16 },
              "sampling": { "sampler": { "kind": "ddim", "steps": 50, "guidance": 2, "with": ["Red  Hair"] } }
            }
            """, "told.json").Runs;

        Assert.Equal(
            [new DdimSpec { Steps = 50, Guidance = 2, With = ["red hair"] }, new LatentSpec { With = ["red hair"] }, new LatentSpec(), new DdimSpec { Steps = 50 }],
            runs.Select(run => run.Sampling.Sampler));
        Assert.Equal([true, true, false, false], runs.Select(run => run.Dataset.Tags));
        Assert.Equal([PictureInput.Tags, PictureInput.Tags, PictureInput.Nothing, PictureInput.Nothing], runs.Select(run => run.Input));
    }

    [Fact]
    public void ADiffusionModel_DoesNotDrawFromLatents() =>
        Assert.Contains("sampling.sampler is latent", ErrorOf(Ddpm, """
            "sampling": { "sampler": { "kind": "latent" } }
            """));
}
