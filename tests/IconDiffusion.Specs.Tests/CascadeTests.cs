using System.Text.Json;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Specs.Tests;

public class CascadeTests
{
    private const string Of32 = """{ "imageSize": 32, "unet": { "dim": 32, "dimMults": [1, 2] } }""";
    private const string Of64 = """{ "imageSize": 64, "unet": { "dim": 16, "dimMults": [1, 2] }, "diffusion": { "objective": "velocity" } }""";
    private const string Of192 = """{ "imageSize": 192, "unet": { "dim": 8, "dimMults": [1, 2] } }""";

    [Fact]
    public void ACascadeIsARunOfEachStage_EachNamingTheOneWhoseIconsItEnlarges()
    {
        var runs = Parse(Cascade(Of32, Of64, Of192), 192).Runs;

        Assert.Equal(["ddpm 32 (1,2)", "ddpm 16 (1,2) from 32 px", "ddpm 8 (1,2) from 64 px"], runs.Select(run => run.Label));
        Assert.Equal([32, 64, 192], runs.Select(run => run.Dataset.ImageSize));
        Assert.Equal([null, 32, 64], runs.Select(run => ((DdpmSpec)run.Model).Enlarges?.From));
        Assert.Equal([0.5, 0.5], runs.Skip(1).Select(run => ((DdpmSpec)run.Model).Enlarges!.Noise));
        Assert.Equal([Objective.Noise, Objective.Velocity, Objective.Noise], runs.Select(run => ((DdpmSpec)run.Model).Diffusion.Objective));
        Assert.All(runs, run => Assert.Equal(7, Assert.IsType<DdimSpec>(run.Sampling.Sampler).Steps));
        Assert.Equal([[], ["#0"], ["#1", "#0"]], runs.Select(run => run.Bases.Select(below => below.Run).ToArray()));
        Assert.Equal([0.1, 0.1], runs[2].Bases.Select(below => below.Noise));
        // As far as drawing goes, a base is the run that it names.
        foreach (var (run, below) in runs.Skip(1).Zip(runs))
            Assert.Equal(below with { Training = new() }, run.Base);
    }

    [Fact]
    public void StagesThatSeveralCascadesShare_AreOneRun()
    {
        var model = $"{Cascade(Of32, Of64)}, {Cascade(Of32, Of64).Replace("\"stages\"", "\"noise\": 0.3, \"stages\"", StringComparison.Ordinal)}";
        var experiment = ExperimentFile.Parse($$"""{ "name": "t", "dataset": { "source": "noto-faces", "imageSize": 64 }, "grid": { "seed": [1, 2], "model": [{{model}}] } }""", "t.json");

        Assert.Equal([(1, 32), (2, 32), (1, 64), (1, 64), (2, 64), (2, 64)], experiment.Runs.Select(run => (run.Seed, run.Dataset.ImageSize)));
        Assert.Equal([null, null, "#0", "#0", "#1", "#1"], experiment.Runs.Select(run => run.Bases.FirstOrDefault()?.Run));
        // How much noise a drawn base gets is no matter of training.
        Assert.Equal(RunIdentity.Run(experiment.Runs[2], "f"), RunIdentity.Run(experiment.Runs[3], "f"));
        Assert.NotEqual(RunIdentity.Result(experiment.Runs[2]), RunIdentity.Result(experiment.Runs[3]));
        Assert.NotEqual(RunIdentity.Samples(experiment.Runs[2].Sampling.Sampler), RunIdentity.Samples(experiment.Runs[3].Sampling.Sampler));
    }

    [Fact]
    public void OnceTheBasesAreKnown_AllThatIsDrawnFromThemIsNamedByThem()
    {
        var experiment = Parse(Cascade(Of32, Of64, Of192), 192);
        var submission = new Submission { Experiment = experiment, Fingerprints = ["a", "b", "c"] };

        var last = submission.RunAt(2);

        Assert.Equal([RunIdentity.Run(experiment.Runs[1], "b"), RunIdentity.Run(experiment.Runs[0], "a")], last.Bases.Select(below => below.Run));
        Assert.Equal(RunIdentity.Run(experiment.Runs[2], "c"), RunIdentity.Run(last, "c"));
        Assert.NotEqual(RunIdentity.Result(last), RunIdentity.Result((submission with { Fingerprints = ["d", "b", "c"] }).RunAt(2)));
        Assert.Equal(last, JsonSerializer.Deserialize<RunSpec>(JsonSerializer.Serialize(last, SpecJson.Indented), SpecJson.Compact));
        Assert.Empty(SpecValidation.Check(last));
    }

    [Theory]
    [InlineData(64, Of32, null, null, "model.stages has 1; wanted at least 2")]
    [InlineData(192, Of64, Of192, Of192, "model.stages has 192 px after 192 px; wanted a multiple of 192, such as 384.")]
    [InlineData(64, Of64, Of32, null, "model.stages has 32 px after 64 px; wanted a multiple of 64, such as 128.")]
    [InlineData(128, Of32, Of64, null, "model.stages ends with 64 px, and dataset.imageSize is 128; wanted the same.")]
    public void SizesThatDoNotMultiply_AreOneErrorBeforeAnyWork(int imageSize, string first, string? second, string? third, string expected) =>
        Assert.Equal($"t.json: {expected}", Error(Cascade([.. new[] { first, second, third }.OfType<string>()]), imageSize)[..(8 + expected.Length)]);

    [Theory]
    [InlineData("\"noise\": 0.6,", "", "model.noise is 0.6; wanted 0 to 0.5.")]
    [InlineData("\"trainedNoise\": 2,", "", "model.trainedNoise is 2; wanted 0 to 1.")]
    [InlineData("", ", \"training\": { \"from\": \"ab\" }", "training.from is set for cascade 32→64;")]
    [InlineData("", ", \"training\": { \"stop\": \"window\" }", "training.stop is window for cascade 32→64;")]
    [InlineData("", ", \"sampling\": { \"sampler\": { \"kind\": \"latent\" } }", "sampling.sampler is latent, which is a GAN's;")]
    public void WhatACascadeCannotDo_IsRefused(string inside, string beside, string expected) => Assert.Contains(
        expected, Error(Cascade(Of32, Of64).Replace("\"stages\"", $"{inside} \"stages\"", StringComparison.Ordinal), 64, beside), StringComparison.Ordinal);

    // What a program sends without the file's reader.
    [Fact]
    public void AStageAndWhatItEnlarges_HaveToFitEachOther()
    {
        var experiment = Parse(Cascade(Of32, Of64), 64);
        var stage = experiment.Runs[1];
        var sampler = (ReverseSpec)stage.Sampling.Sampler;

        Assert.Empty(SpecValidation.Check(experiment));
        Refused(stage with { Sampling = new() }, "model.enlarges is set without sampling.sampler.base");
        Refused(stage with { Model = experiment.Runs[0].Model }, "sampling.sampler.base is set without model.enlarges");
        Refused(On(sampler.Base! with { Run = "#2" }), "sampling.sampler.base.run is '#2'; wanted one of the experiment's 2 runs, from #0.");
        Refused(On(sampler.Base! with { Run = "0123456789ab" }), "sampling.sampler.base.run is '0123456789ab'");
        Refused(On(sampler.Base! with { Seed = 1 }), "of seed 1, but run #0 is");
        Refused(On(sampler.Base! with { Run = "#1" }), "but run #1 is ddpm 16 (1,2) from 32 px at 64 px");
        Refused(On(sampler.Base! with { ImageSize = 16 }), "sampling.sampler.base has icons of 16 px; wanted 32, which model.enlarges.from says.");
        Refused(On(sampler.Base! with { Noise = -1 }), "sampling.sampler.base.noise is -1; wanted 0 to 0.5.");
        Refused(stage with { Model = (DdpmSpec)stage.Model with { Enlarges = new() { From = 48 } } }, "model.enlarges.from is 48; wanted a part of dataset.imageSize (64), such as 32.");
        Refused(stage with { Training = new() { From = "ab" } }, "training.from is set for a stage of a cascade;");
        Refused(stage with { Model = new CascadeSpec { Stages = [] } }, "model.kind is cascade, which an experiment file alone can state;");

        RunSpec On(BaseSpec below) => stage with { Sampling = stage.Sampling with { Sampler = sampler with { Base = below } } };

        void Refused(RunSpec run, string expected) => Assert.Contains(
            SpecValidation.Check(experiment with { Runs = [experiment.Runs[0], run] }), fault => fault.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void RunsWithoutACascade_AreWrittenAsTheyWere()
    {
        Assert.DoesNotContain("nlarges", JsonSerializer.Serialize<ModelSpec>(new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1] } }, SpecJson.Compact), StringComparison.Ordinal);
        Assert.Equal("""{"kind":"ancestral"}""", JsonSerializer.Serialize<SamplerSpec>(new AncestralSpec(), SpecJson.Compact));
    }

    private static string Cascade(params string[] stages) => $$"""{ "kind": "cascade", "stages": [{{string.Join(", ", stages)}}] }""";

    private static ExperimentSpec Parse(string model, int imageSize, string beside = ", \"sampling\": { \"sampler\": { \"kind\": \"ddim\", \"steps\": 7 } }") =>
        ExperimentFile.Parse($$"""{ "name": "t", "dataset": { "source": "noto-faces", "imageSize": {{imageSize}} }, "model": {{model}}{{beside}} }""", "t.json");

    private static string Error(string model, int imageSize, string beside = "") => Assert.Throws<ExperimentException>(() => Parse(model, imageSize, beside)).Message;
}
