using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Methods;

[Collection(nameof(TrainingCollection))]
public sealed class CascadeTests : IDisposable
{
    private static readonly RunSpec Stage = TinyRun.Spec("ddpm enlarges", 2);

    // A second stage, of 32 px, upon the first.
    private static readonly RunSpec Last = Stage with
    {
        Dataset = Stage.Dataset with { ImageSize = 32 },
        Model = (DdpmSpec)Stage.Model with { Enlarges = new() { From = 16 } },
        Sampling = new()
        {
            Sampler = new DdimSpec { Steps = 4, Base = new() { Run = "57a6e57a6e57", Seed = Stage.Seed, ImageSize = 16, Model = Stage.Model, Sampler = Stage.Sampling.Sampler } },
        },
    };

    private readonly TempFolder _folder = new();
    private readonly RunFolder _run;

    public CascadeTests() => _run = new(_folder["last"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AChainOfThreeIsDrawnFromItsOwnNoise_TheSameInEveryBatchAndByEveryBase()
    {
        Train(Last);
        using var scope = NewDisposeScope();
        using var source = Open(Last);
        var calls = new List<int>();

        var together = source.Draw(0, 4, new Reporter(calls.Add), default);

        Assert.Equal([4, 3, 32, 32], together.shape);
        foreach (var icon in (int[])[0, 3])
            Assert.True(Near.SameBits(together[icon], source.Draw(icon, 1, null, default)[0]), $"icon {icon}");
        Assert.Equal(Enumerable.Range(1, 5 + 10 + 4), calls);
        Assert.Equal(5 + 10 + 4, source.Calls);

        // A way between two icons meets both.
        var between = source.DrawBetween([new(0, 3, 0), new(0, 3, 1)], default);
        Assert.True(Near.SameBits(together[0], between[0]));
        Near.Equal(together[3], between[1], 1e-5); // blends of one icon alone, by rounding
    }

    [Fact]
    public void WhatIsDrawnDependsOnTheBase_OnTheLevelOfItsNoise_AndOnNothingElseOfIt()
    {
        Train(Stage);
        using var scope = NewDisposeScope();
        var drawn = Draw(Stage);

        Assert.True(Near.Distance(drawn, Draw(With(below => below with { Seed = 1 }))) > 1e-3, "another base's icons");
        Assert.True(Near.Distance(drawn, Draw(With(below => below with { Noise = 0 }))) > 1e-3, "no noise");
        Assert.True(Near.SameBits(drawn, Draw(Stage with { Sampling = Stage.Sampling with { Count = 7, BatchSize = 1 } })));

        RunSpec With(Func<BaseSpec, BaseSpec> change)
        {
            var sampler = (ReverseSpec)Stage.Sampling.Sampler;
            return Stage with { Sampling = Stage.Sampling with { Sampler = sampler with { Base = change(sampler.Base!) } } };
        }
    }

    [Fact]
    public void AStageWithoutItsBase_EnlargesWhatIsGivenAsItEnlargesWhatItsBaseDraws()
    {
        Train(Stage);
        using var scope = NewDisposeScope();
        var sampler = (ReverseSpec)Stage.Sampling.Sampler;
        using var below = MethodTable.Of(Stage.Base!.Model).Open(_run.Beside(Stage.Bases.First().Run), Stage.Base!, CPU);
        using var alone = (DiffusionIcons)Open(Stage with { Sampling = Stage.Sampling with { Sampler = sampler with { Base = null } } });
        var small = below.Draw(0, 2, null, default);

        Assert.True(Near.SameBits(Draw(Stage), alone.Enlarge(small, [0, 1], sampler.Base!.Noise, null, default)));
        Assert.True(Near.SameBits(Draw(Stage)[1], alone.Enlarge(small[1..2], [1], sampler.Base.Noise, null, default)[0]), "alone");
        Assert.Throws<InvalidOperationException>(() => ((DiffusionIcons)below).Enlarge(small, [0, 1], 0, null, default));
    }

    // With the same seed the large noise would begin with that of the small icon.
    [Fact]
    public void TheNoiseOfAStageIsAnotherThanThatOfThoseBeforeIt()
    {
        Train(Last);
        using var below = (DiffusionIcons)MethodTable.Of(Stage.Model).Open(_run.Beside(Last.Bases.First().Run), Last.Base!, CPU);
        using var last = (DiffusionIcons)Open(Last);

        Assert.Equal(3, new[] { Stage.Seed, below.Seed, last.Seed }.Distinct().Count());
    }

    [Fact]
    public void AStageLearnsFromTheSmallVersionOfTheSameIcon_MirroredWithIt()
    {
        var spec = Stage with { Dataset = Stage.Dataset with { HorizontalFlip = true } };
        var dataset = TinyRun.Icons(spec.Dataset);
        using var scope = NewDisposeScope();
        using var method = new DdpmMethod(spec, CPU, dataset: dataset);
        using var batches = new IconBatches(dataset, spec.Training.BatchSize, spec.Seed, CPU);

        for (var step = 1; step <= 5; step++)
            foreach (var (icon, given) in IconImages.From(batches.Draw(step)).Zip(IconImages.From(method.Small(step)!)))
                // Made small by Pillow's filter, whose rounding of a mirrored icon may differ by a level.
                Assert.All(Resize.To(icon, 8, 8).Pixels.Zip(given.Pixels), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
    }

    private Tensor Draw(RunSpec spec)
    {
        using var source = Open(spec);
        return source.Draw(0, 2, null, default);
    }

    private IIconSource Open(RunSpec spec) => MethodTable.Of(spec.Model).Open(_run, spec, CPU);

    private void Train(RunSpec spec)
    {
        TinyRun.TrainBases(_run, spec);
        TinyRun.Train(_run, spec);
    }

    private sealed class Reporter(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
