using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Tests.Experiments;

[Collection(nameof(TrainingCollection))]
public sealed class ExperimentPlanTests
{
    [Fact]
    public void ATrainingThatSeveralRunsDrawFrom_IsPlannedOnce()
    {
        using var folder = new TempFolder();
        var run = TinyRun.Spec("ddpm", steps: 7);
        var plan = ExperimentPlan.Make(
            new() { Name = "drawn twice", Runs = [run, run with { Sampling = new() { Sampler = new DdimSpec { Steps = 10 } } }, run with { Seed = 1 }] },
            ComputeDevice.Open("cpu", TorchSharp.torch.get_num_threads()), new DataFolder(folder.Path), measure: false);

        Assert.Equal(plan.Runs.Aggregate(TimeSpan.Zero, (sum, each) => sum + each.SamplingTime) + plan.Runs[0].TrainingTime + plan.Runs[2].TrainingTime, plan.Time);
        Assert.Equal([true, false, true], plan.Runs.Select(each => each.TrainingTime > TimeSpan.Zero));
        Assert.Equal([$"{run.Label}, sampler ancestral", $"{run.Label}, sampler ddim", $"{run.Label}, sampler ancestral"], plan.Runs.Select(each => each.Label));
    }

    // Its data set has not been read, so nobody knows how many tags there are.
    [Theory]
    [InlineData(false), InlineData(true)]
    public void StyleGan2WithTags_IsPlannedAsWithout_AndTakesMoreMemory(bool measure)
    {
        using var folder = new TempFolder();
        var plan = ExperimentPlan.Make(
            new() { Name = "told", Runs = [TinyRun.Spec("stylegan2", steps: 7), TinyRun.Spec("stylegan2 tags", steps: 7)] },
            ComputeDevice.Open("cpu", TorchSharp.torch.get_num_threads()), new DataFolder(folder.Path), measure);

        Assert.Equal(measure ? CostBasis.Measured : CostBasis.Estimate, plan.Runs[1].Basis);
        Assert.Equal((7L, plan.Runs[0].Parameters), (plan.Runs[1].Steps, plan.Runs[1].Parameters));
        Assert.Equal(["stylegan2 64 diff-augment", "stylegan2 64 diff-augment tags"], plan.Runs.Select(run => run.Label));
        Assert.True(plan.Runs[1].TrainingTime > TimeSpan.Zero && plan.Runs[1].SamplingTime > TimeSpan.Zero);
        Assert.True(plan.Runs[1].MemoryBytes > plan.Runs[0].MemoryBytes);
        if (!measure) Assert.Equal(plan.Runs[0].TrainingTime, plan.Runs[1].TrainingTime);
    }
}
