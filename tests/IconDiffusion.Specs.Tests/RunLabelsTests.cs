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
        RunLabels.Of([Unet, Gan, Unet with { Seed = 1 }, Gan with { Seed = 1 }, Unet with { Training = Unet.Training with { From = "0123456789ab" } }]));

    [Fact]
    public void WhatElseDiffers_IsNamedAsInTheFile_ByAsLittleAsTellsItFromOthers() => Assert.Equal(
        [
            "ddpm 32 (1,2,4), dataset.count 20, training.steps 900, sampling.count 1024, sampler ddim, sampler.steps 40, eta 1",
            "ddpm 32 (1,2,4), dataset.count 20, training.steps 900, sampling.count 1024, sampler dpm-solver++, sampler.steps 15",
            "ddpm 32 (1,2,4), dataset.count 30, training.steps 1000, sampling.count 8, sampler ancestral",
            "dcgan 32",
        ],
        RunLabels.Of(
        [
            Unet,
            Unet with { Sampling = Unet.Sampling with { Sampler = new DpmSolverSpec { Steps = 15 } } },
            Unet with { Dataset = Unet.Dataset with { Count = 30 }, Training = new() { Steps = 1000 }, Sampling = new() { Count = 8 } },
            Gan,
        ]));

    [Fact]
    public void WhatARunRestsOn_TellsNothing()
    {
        var stage = Unet with { Sampling = new() { Sampler = new DdimSpec { Base = new() { Run = "0123456789ab", Seed = 1, ImageSize = 16, Model = Unet.Model, Sampler = new DdimSpec() } } } };
        var other = stage with { Seed = 2, Sampling = new() { Sampler = new DdimSpec { Base = new() { Run = "ba9876543210", Seed = 2, ImageSize = 16, Model = Unet.Model, Sampler = new DdimSpec() } } } };

        Assert.Equal(["ddpm 32 (1,2,4)", "ddpm 32 (1,2,4)"], RunLabels.Of([stage, other]));
    }
}
