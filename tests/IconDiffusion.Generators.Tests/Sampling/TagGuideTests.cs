using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Sampling;

[Collection(nameof(TrainingCollection))]
public sealed class TagGuideTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory, InlineData(0), InlineData(0.5), InlineData(1), InlineData(2.5)]
    public void AGuidedPrediction_IsThatOfTwoSeparatePasses(double scale)
    {
        using var weights = new Generator(3, CPU);
        using var model = new Unet(new UnetSpec { Dim = 8, DimMults = [1, 2] }, generator: weights, tags: 2);
        using var noGrad = no_grad();
        var guide = new TagGuide(IconTags.Of([["a"], ["a", "b"], []]), seed: 1, new DdimSpec { Guidance = scale }, CPU);
        var (x, t, rows) = (Golden.UniformTensor("x", [4, 3, 16, 16]), tensor(new long[] { 500 }), guide.Of([0, 1, 2, 3]));

        var (told, untold) = (model.Predict(x, t, rows), model.call(x, t));

        // Float32 of values around 1, times the scale.
        Near.Equal(untold + scale * (told - untold), guide.Predict(model, x, t, rows), 1e-5);
        Assert.True(Near.Distance(untold, told) > 1e-3, "Tags change nothing.");
    }

    [Fact]
    public void WithoutGuidance_IconsAreThoseOfTheUnconditionalNetwork_AndTagsMakeThemOthers()
    {
        var spec = TinyRun.Spec("ddpm tags", steps: 3);
        TinyRun.Train(Run("told"), spec);
        var plain = spec with { Model = (DdpmSpec)spec.Model with { Condition = ModelCondition.None }, Dataset = spec.Dataset with { Tags = false }, Sampling = TinySampling(null) };
        using var all = new Unet(((DdpmSpec)spec.Model).Unet, tags: 2);
        using var kept = new Unet(((DdpmSpec)spec.Model).Unet);
        TrainedModel.Load(Run("told"), all, CPU);
        kept.load_state_dict(all.state_dict().Where(weight => !weight.Key.StartsWith("tag_mlp", StringComparison.Ordinal)).ToDictionary());
        TrainedModel.Save(Run("plain"), kept);

        var drawn = Draw(Run("plain"), plain);

        Assert.True(Near.SameBits(drawn, Draw(Run("told"), spec with { Sampling = TinySampling(0) })));
        Assert.False(Near.SameBits(drawn, Draw(Run("told"), spec with { Sampling = TinySampling(1) })));
    }

    // Of 8 and of 32 channels: small ones and those that take the kernels' fast paths.
    [SkippableTheory]
    [InlineData(8, 1), InlineData(8, 2.5), InlineData(32, 1), InlineData(32, 2.5)]
    public void AnIconThatIsAskedFor_IsTheSameToTheBit_AloneAndInEveryBatch(int dim, double guidance)
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "without the kernels an icon depends on its batch by rounding");
        var spec = TinyRun.Spec("ddpm tags", steps: 1) with
        {
            Model = new DdpmSpec { Unet = new() { Dim = dim, DimMults = [1, 2], ResnetBlockGroups = 4 }, Condition = ModelCondition.Tags },
            Sampling = TinySampling(guidance),
        };
        var tags = IconTags.Of(Enumerable.Range(0, 7).Select(icon => Enumerable.Range(0, icon).Select(tag => $"tag {tag}").ToArray()));
        tags.Write(Run("told"));
        using var weights = new Generator(5, CPU);
        using var model = new Unet(((DdpmSpec)spec.Model).Unet, generator: weights, tags: tags.Names.Count);
        TrainedModel.Save(Run("told"), model);
        using var source = new DiffusionIcons(Run("told"), spec, CPU);

        var together = source.Draw(0, 9, null, default);
        var inThrees = cat([.. Enumerable.Range(0, 3).Select(batch => source.Draw(3 * batch, 3, null, default))], 0);
        var alone = cat([.. Enumerable.Range(0, 9).Select(icon => source.Draw(icon, 1, null, default))], 0);

        Assert.True(Near.SameBits(together, inThrees), $"in threes: {Near.Distance(together, inThrees):g3}");
        Assert.True(Near.SameBits(together, alone), $"alone: {Near.Distance(together, alone):g3}");
        Assert.Equal(9, Enumerable.Range(0, 9).Select(icon => Convert.ToHexString(together[icon].contiguous().bytes)).Distinct().Count());
    }

    [SkippableFact]
    public void StyleGan2sIcon_FollowsFromItsLatentAndItsTagsAlone_WhateverTheBatch()
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "libtorch's own matrix products depend on their number of rows by rounding");
        var spec = TinyRun.Spec("stylegan2 tags", steps: 1);
        IconTags.Of(Enumerable.Range(0, 7).Select(icon => Enumerable.Range(0, icon).Select(tag => $"tag {tag}").ToArray())).Write(Run("told"));
        using var weights = new Generator(5, CPU);
        using var model = new StyleGan2Generator((StyleGan2Spec)spec.Model, 32, weights, tags: 6);
        TrainedModel.Save(Run("told"), model);
        using var source = (ITaggedIcons)MethodTable.Of(spec.Model).Open(Run("told"), spec, CPU);

        var together = source.Draw(0, 9, null, default);
        var alone = cat([.. Enumerable.Range(0, 9).Select(icon => source.Draw(icon, 1, null, default))], 0);

        Assert.True(Near.SameBits(together, alone), $"alone: {Near.Distance(together, alone):g3}");
        Assert.True(Near.SameBits(together[4], source.DrawBetween([new(4, 5, 0)], default)[0]));
        Assert.False(Near.SameBits(source.Draw(0, 1, [0], null, default), source.Draw(0, 1, [5], null, default)));
    }

    [Theory]
    [InlineData("ddpm"), InlineData("stylegan2")]
    public void AnUnconditionalRun_HasTheSameWeights_WhetherItsIconsHaveTagsOrNot_AndAConditionalOneOthers(string method)
    {
        var plain = TinyRun.Spec(method, steps: 6);
        var tagged = plain with { Dataset = plain.Dataset with { Tags = true } };

        var hashes = new[] { plain, tagged, TinyRun.Spec($"{method} tags", steps: 6) }.Select((spec, i) => TinyRun.Train(Run($"{i}"), spec).WeightsHash).ToArray();

        Assert.Equal(hashes[0], hashes[1]);
        Assert.NotEqual(hashes[0], hashes[2]);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void ANetworkThatWasToldColours_DrawsTheOneThatIsAskedFor()
    {
        var spec = new RunSpec
        {
            Dataset = new FolderSpec { Path = "colours", ImageSize = 8, HorizontalFlip = false, Tags = true },
            Model = new DdpmSpec { Unet = new() { Dim = 16, DimMults = [1, 2] }, Condition = ModelCondition.Tags, Diffusion = new() { Objective = Objective.Velocity, Loss = DiffusionLoss.L2 } },
            Training = new() { Steps = 250, BatchSize = 8, Adam = new() { LearningRate = 2e-3 }, Ema = new() { Decay = 0.95, UpdateEvery = 1, UpdateAfterStep = 20 } },
        };
        NamedIcon[] icons = [.. Enumerable.Range(0, 16).Select(i => new NamedIcon($"{i}", new Image(8, 8, i % 2 == 0 ? new Rgb((byte)(200 + i), 20, 20) : new Rgb(20, 20, (byte)(200 + i)))) { Tags = [i % 2 == 0 ? "red" : "blue"] })];
        TinyRun.Train(Run("colours"), spec, dataset: IconDataset.Pack(spec.Dataset with { HeldOut = 0 }, icons));

        // Each icon's red less its blue, where the icons learned have 0.7 and −0.7 on the networks' scale of −1…1 halved.
        float[] Redness(string tag) => [.. Draw(Run("colours"), spec with { Sampling = new() { Sampler = new DdimSpec { Steps = 20, Eta = 1, Guidance = 2, With = [tag] } } })
            .mean([2, 3]).data<float>().ToArray().Chunk(3).Select(colour => (colour[0] - colour[2]) / 2)];

        Assert.All(Redness("red"), red => Assert.InRange(red, 0.35, 1));
        Assert.All(Redness("blue"), red => Assert.InRange(red, -1, -0.35));
    }

    private static SamplingSpec TinySampling(double? guidance) => new() { Sampler = new DdimSpec { Steps = 4, Eta = 1, Guidance = guidance } };

    private static Tensor Draw(RunFolder run, RunSpec spec)
    {
        using var source = new DiffusionIcons(run, spec, CPU);
        return source.Draw(0, 5, null, default);
    }

    private RunFolder Run(string name) => new(_folder[name]);
}
