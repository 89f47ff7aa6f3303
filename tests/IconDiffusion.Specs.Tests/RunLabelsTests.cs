namespace IconDiffusion.Specs.Tests;

public sealed class RunLabelsTests
{
    private static readonly RunSpec Unet = new()
    {
        Dataset = new NotoFacesSpec { Count = 20, ImageSize = 32 },
        Model = new DdpmSpec { Unet = new() { Dim = 32, DimMults = [1, 2, 4] } },
        Training = new() { Steps = 900 },
        Sampling = new() { Sampler = new DdimSpec { Steps = 40, Eta = 1 } },
    };

    private static readonly RunSpec Gan = Unet with { Model = new DcganSpec { GeneratorChannels = 32 }, Sampling = new() { Sampler = new LatentSpec() } };

    [Fact]
    public void LabelsThatTellRunsApart_StayAsTheyAre() => Assert.Equal(
        ["ddpm 32 (1,2,4)", "dcgan 32", "ddpm 32 (1,2,4)", "dcgan 32", "ddpm 32 (1,2,4), fine-tuned"],
        Labels([Unet, Gan, Unet with { Seed = 1 }, Gan with { Seed = 1 }, Unet with { Training = Unet.Training with { From = "0123456789ab" } }]));

    [Fact]
    public void WhatElseDiffers_IsNamedAsInTheFile_ByAsLittleAsTellsItFromOthers()
    {
        Assert.Equal(
            ["ddpm 32 (1,2,4), count 20, sampler ddim", "ddpm 32 (1,2,4), count 20, sampler dpm-solver++", "ddpm 32 (1,2,4), count 30, sampler ancestral", "dcgan 32"],
            Labels([Unet, By(new DpmSolverSpec { Steps = 15 }), Unet with { Dataset = Unet.Dataset with { Count = 30 }, Training = new() { Steps = 1000 }, Sampling = new() { Count = 8 } }, Gan]));

        // One way to draw in two numbers of steps; steps of training and of drawing.
        Assert.Equal(
            ["ddpm 32 (1,2,4), sampler ddim, steps 40", "ddpm 32 (1,2,4), sampler ddim, steps 15", "ddpm 32 (1,2,4), sampler dpm-solver++, steps 15"],
            Labels([Unet, By(new DdimSpec { Steps = 15, Eta = 1 }), By(new DpmSolverSpec { Steps = 15 })]));
        Assert.Equal(
            ["ddpm 32 (1,2,4), training.steps 900, sampler.steps 40", "ddpm 32 (1,2,4), training.steps 900, sampler.steps 15", "ddpm 32 (1,2,4), training.steps 800, sampler.steps 40"],
            Labels([Unet, By(new DdimSpec { Steps = 15, Eta = 1 }), Unet with { Training = new() { Steps = 800 } }]));

        static RunSpec By(SamplerSpec sampler) => Unet with { Sampling = Unet.Sampling with { Sampler = sampler } };
    }

    [Fact]
    public void WhatARunRestsOn_TellsNothing()
    {
        var stage = Unet with { Sampling = new() { Sampler = new DdimSpec { Base = new() { Run = "0123456789ab", Seed = 1, ImageSize = 16, Model = Unet.Model, Sampler = new DdimSpec() } } } };
        var other = stage with { Seed = 2, Sampling = new() { Sampler = new DdimSpec { Base = new() { Run = "ba9876543210", Seed = 2, ImageSize = 16, Model = Unet.Model, Sampler = new DdimSpec() } } } };

        Assert.Equal(["ddpm 32 (1,2,4)", "ddpm 32 (1,2,4)"], Labels([stage, other]));
    }

    private static IEnumerable<string> Labels(RunSpec[] runs)
    {
        var labels = RunLabels.Of(runs);
        return runs.Select(run => labels[run]);
    }
}
