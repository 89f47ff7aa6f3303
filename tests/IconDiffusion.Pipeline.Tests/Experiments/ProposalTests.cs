using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Tests.Experiments;

public sealed class ProposalTests
{
    private static readonly FolderSpec Pictures = new() { Path = "/pictures" };

    // A machine on which a step takes as many microseconds as a batch has pixels, and an icon a hundred times its own.
    private static ExperimentPlan Plan(ExperimentSpec experiment, double speed)
    {
        return new() { Name = experiment.Name, Device = "a machine", Runs = [.. experiment.Runs.Select(Run)] };

        PlannedRun Run(RunSpec run)
        {
            var pixels = run.Dataset.ImageSize * run.Dataset.ImageSize / speed * 1e-6;
            var step = pixels * run.Training.BatchSize;
            var steps = Math.Min(run.Training.Steps ?? long.MaxValue, (long)(run.Training.Budget.TotalSeconds / step));
            return new()
            {
                Spec = run, Label = run.Label, Parameters = 1, MemoryBytes = 1, Steps = steps, EndedByBudget = run.Training.Steps is null, Icons = run.Sampling.Count,
                TrainingTime = TimeSpan.FromSeconds(steps * step), SamplingTime = TimeSpan.FromSeconds(run.Sampling.Count * 100 * pixels),
            };
        }
    }

    [Theory]
    [InlineData(512, 12 * 60, 1, 128, "ddpm 64 (1,2,4,8)", "ddpm 64 (1,16)")]
    [InlineData(64, 12 * 60, 1, 64, "ddpm 32 (1,2,4,8)", "ddpm 32 (1,4,16)")]
    [InlineData(20, 12 * 60, 1, 32, "ddpm 32 (1,2,4)", "ddpm 16 (1,4,16)")]
    [InlineData(512, 12 * 60, 0.05, 64, "ddpm 32 (1,2,4,8)", "ddpm 32 (1,4,16)")]
    [InlineData(512, 30, 0.2, 32, "ddpm 32 (1,2,4)", "ddpm 16 (1,4,16)")]
    public void TheLargestModelsAreChosen_ThatThePicturesAndTheTimeAllow(int side, int minutes, double speed, int size, string ordinary, string hourglass)
    {
        var budget = TimeSpan.FromMinutes(minutes);

        var proposal = Proposal.For("faces", Pictures, side, 158, budget, experiment => Plan(experiment, speed));

        var runs = proposal.Experiment.Runs;
        Assert.Equal([ordinary, hourglass], runs.Select(run => run.Model.Label));
        Assert.All(runs, run => Assert.Equal((size, 1024, TrainingStop.Window, null), (run.Dataset.ImageSize, run.Sampling.Count, run.Training.Stop, run.Training.Steps)));
        Assert.InRange(proposal.Time, 0.9 * budget, budget);
        Assert.Null(proposal.Remark);
    }

    [Fact]
    public void TheFileSaysWhatIsProposed()
    {
        var proposal = Proposal.For("faces", Pictures, 512, 158, TimeSpan.FromHours(1), experiment => Plan(experiment, 1));

        Assert.Equal(proposal.Experiment, ExperimentFile.Parse(proposal.Text, "file"));
        Assert.Equal(proposal.Experiment, proposal.Plan.Runs.Count == 2 ? proposal.Experiment with { Runs = [.. proposal.Plan.Runs.Select(run => run.Spec)] } : null);
    }

    [Fact]
    public void WhereTimeIsShort_FewerIconsAreDrawn_AndThatIsSaid()
    {
        var scarce = Proposal.For("faces", Pictures, 512, 158, TimeSpan.FromMinutes(5), experiment => Plan(experiment, 1.3));
        var none = Proposal.For("faces", Pictures, 512, 158, TimeSpan.FromMinutes(1), experiment => Plan(experiment, 0.001));

        Assert.All(scarce.Experiment.Runs, run => Assert.Equal((32, 256), (run.Dataset.ImageSize, run.Sampling.Count)));
        Assert.NotNull(scarce.Remark);
        Assert.All(none.Experiment.Runs, run => Assert.Equal((32, 128, TimeSpan.FromSeconds(10)), (run.Dataset.ImageSize, run.Sampling.Count, run.Training.Budget)));
        Assert.NotNull(none.Remark);
    }
}
