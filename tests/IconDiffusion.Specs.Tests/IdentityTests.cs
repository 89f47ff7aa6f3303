using System.Text.Json;

namespace IconDiffusion.Specs.Tests;

public class IdentityTests
{
    private static readonly RunSpec Run = new()
    {
        Dataset = new NotoFacesSpec { Count = 158, ImageSize = 32 },
        Model = new DdpmSpec { Unet = new UnetSpec { Dim = 32, DimMults = [1, 16] } },
    };

    [Fact]
    public void ASpecReadBackFromJson_EqualsItself_AndKeepsItsName()
    {
        var copy = JsonSerializer.Deserialize<RunSpec>(JsonSerializer.Serialize(Run, SpecJson.Indented), SpecJson.Compact)!;

        Assert.Equal(Run, copy);
        Assert.Equal(RunIdentity.Run(Run, "f"), RunIdentity.Run(copy, "f"));
    }

    [Fact]
    public void WhateverChangesTheWeights_ChangesTheRunsName()
    {
        RunSpec[] changed =
        [
            Run with { Seed = 1 },
            Run with { Training = Run.Training with { BatchSize = 8 } },
            Run with { Model = new DdpmSpec { Unet = new UnetSpec { Dim = 32, DimMults = [1, 4, 16] } } },
        ];

        Assert.All(changed, run => Assert.NotEqual(RunIdentity.Run(Run, "f"), RunIdentity.Run(run, "f")));
        Assert.NotEqual(RunIdentity.Run(Run, "f"), RunIdentity.Run(Run, "g"));
    }

    [Fact]
    public void RunsOfEarlierVersions_KeepTheirNames()
    {
        Assert.Equal("9677a7fe7189", RunIdentity.Run(Run, "f"));
        Assert.Equal("eb323927", RunIdentity.Samples(Run.Sampling.Sampler));
        Assert.Equal("b4af2214", RunIdentity.Result(Run));
    }

    [Fact]
    public void TagsAndGuidance_AreAnotherRunAndOtherIcons_AndLeaveThoseWithoutThemAsTheyWere()
    {
        var told = Run with { Model = (DdpmSpec)Run.Model with { Condition = ModelCondition.Tags }, Dataset = Run.Dataset with { Tags = true } };
        SamplerSpec[] samplers = [new DdimSpec(), new DdimSpec { Guidance = 2 }, new DdimSpec { Guidance = 2, With = ["beard"] }];

        Assert.NotEqual(RunIdentity.Run(Run, "f"), RunIdentity.Run(told, "f"));
        Assert.Equal(3, samplers.Select(RunIdentity.Samples).Distinct().Count());
        Assert.Equal("""{"kind":"ddim","steps":250,"eta":0}""", JsonSerializer.Serialize<SamplerSpec>(new DdimSpec(), SpecJson.Compact));
        Assert.Equal(told, JsonSerializer.Deserialize<RunSpec>(JsonSerializer.Serialize(told, SpecJson.Indented), SpecJson.Compact));
    }

    [Fact]
    public void WhatATrainingStartsFrom_AndHowItIsKeptClose_AreOtherRuns_AndOneFromRandomWeightsIsWrittenAsItWas()
    {
        RunSpec[] runs = [Run, From("0123456789ab"), From("0123456789ac"), From("0123456789ab", new PairwiseSpec()), From("0123456789ab", new PairwiseSpec { Details = 0 })];

        Assert.Equal(5, runs.Select(run => RunIdentity.Run(run, "f")).Distinct().Count());
        Assert.Equal(["", ", fine-tuned", ", fine-tuned", ", pairwise", ", pairwise"], runs.Select(run => run.Label[Run.Label.Length..]));
        Assert.DoesNotContain("from", JsonSerializer.Serialize(Run.Training, SpecJson.Compact));
        Assert.DoesNotContain("adaptation", JsonSerializer.Serialize(Run.Training, SpecJson.Compact));
        Assert.All(runs, run => Assert.Equal(run, JsonSerializer.Deserialize<RunSpec>(JsonSerializer.Serialize(run, SpecJson.Indented), SpecJson.Compact)));

        static RunSpec From(string source, AdaptationSpec? adaptation = null) => Run with { Training = Run.Training with { From = source, Adaptation = adaptation } };
    }

    // What an experiment's identity is a hash of.
    [Fact]
    public void LayeredDataSetsOfEarlierVersions_AreWrittenAsTheyWere() => Assert.Equal(
        """{"source":"layered","seed":3407,"variants":3,"count":100,"heldOut":30,"imageSize":32,"horizontalFlip":false,"background":"#FFFFFF"}""",
        JsonSerializer.Serialize<DatasetSpec>(new LayeredSpec { ImageSize = 32, Count = 100, HeldOut = 30, Variants = 3, HorizontalFlip = false }, SpecJson.Compact));

    [Fact]
    public void AStyleOfDiceBear_IsReadByItsName_AndFromJson()
    {
        var spec = new DiceBearSpec { Style = "toon-head", Variants = 4 };

        Assert.Equal(spec, JsonSerializer.Deserialize<DatasetSpec>("""{"source":"dicebear","style":"toon-head","variants":4}""", SpecJson.Compact));
        Assert.Equal(spec with { Variants = 6 }, DatasetName.Read("dicebear-toon-head"));
        Assert.Equal("notionists", Assert.IsType<DiceBearSpec>(DatasetName.Read("dicebear-notionists")).Style);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65)]
    public void VariantsBeyondTheirRange_AreRefusedByTheirKey(int variants) =>
        Assert.Contains("dataset.variants", Assert.Single(SpecValidation.Check(new DiceBearSpec { Style = "micah", Variants = variants })));

    [Fact]
    public void DrawingMoreIcons_KeepsTheTrainedModelAndItsIcons_ButIsAnotherResult()
    {
        var more = Run with { Sampling = Run.Sampling with { Count = 2048 } };

        Assert.Equal(RunIdentity.Run(Run, "f"), RunIdentity.Run(more, "f"));
        Assert.Equal(RunIdentity.Samples(Run.Sampling.Sampler), RunIdentity.Samples(more.Sampling.Sampler));
        Assert.NotEqual(RunIdentity.Result(Run), RunIdentity.Result(more));
    }

    [Fact]
    public void EachFeatureNetwork_HasAResultOfItsOwn_OfTheSameModelAndIcons()
    {
        RunSpec[] runs = [Run, .. FeatureNetworks.ByKey.Values.Select(network => Run with { Evaluation = new() { Features = network } })];

        Assert.Equal(4, runs.Select(RunIdentity.Result).Distinct().Count());
        Assert.Single(runs.Select(run => RunIdentity.Run(run, "f")).Distinct());
    }

    [Fact]
    public void FeatureNetworks_AreReadByTheNamesThatOptionsHave() => Assert.All(FeatureNetworks.ByKey, each => Assert.Equal(
        each.Value, JsonSerializer.Deserialize<EvaluationSpec>($$"""{ "features": "{{each.Key}}" }""", SpecJson.Compact)!.Features!.Network));

    [Theory]
    [InlineData("12:00:00", 43200)]
    [InlineData("36:00:00", 129600)]
    [InlineData("0:00:01.5", 1.5)]
    [InlineData("-01:00:00", -3600)]
    public void Durations_AreReadAndWrittenAlike(string text, double seconds)
    {
        Assert.True(DurationConverter.TryParse(text, out var value));
        Assert.Equal(seconds, value.TotalSeconds);
        Assert.True(DurationConverter.TryParse(DurationConverter.Format(value), out var again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("1:60:00")]
    [InlineData("1:00:60")]
    [InlineData("99999999:00:00")]
    [InlineData("")]
    [InlineData(null)]
    public void AnythingElse_IsNoDuration(string? text) => Assert.False(DurationConverter.TryParse(text, out _));
}
