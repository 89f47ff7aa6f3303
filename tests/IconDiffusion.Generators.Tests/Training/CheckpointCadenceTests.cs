using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Generators.Tests.Training;

[Collection(nameof(TrainingCollection))]
public sealed class CheckpointCadenceTests
{
    [Theory]
    [InlineData("12:00:00", null, 100, 50, 0, 300)]        // five minutes at most
    [InlineData("00:03:30", null, 100, 50, 0, 10.5)]       // a twentieth of the budget
    [InlineData("00:03:30", null, 0, 0, 0, 10.5)]          // before anything is known, too
    [InlineData("12:00:00", 1000L, 100, 50, 0, 25)]        // a twentieth of the steps, which end before the budget
    [InlineData("00:03:30", 1000L, 100, 50, 0, 10.5)]
    [InlineData("00:00:10", null, 100, 5, 0, 1)]           // a second at least
    [InlineData("00:03:30", null, 100, 50, 0.2, 20)]       // checkpoints of 0.2 s take a hundredth of the time
    [InlineData("12:00:00", null, 100, 50, 8, 300)]
    public void ItFollowsWhatEndsTheTraining_AndWhatACheckpointTakes(string budget, long? steps, long step, double worked, double cost, double expected)
    {
        Assert.True(DurationConverter.TryParse(budget, out var whole));
        Assert.Equal(
            TimeSpan.FromSeconds(expected),
            CheckpointCadence.Of(new() { Budget = whole, Steps = steps }, step, TimeSpan.FromSeconds(worked), TimeSpan.FromSeconds(cost)));
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData("00:00:50", 50)]
    [InlineData("00:05:00", 60)]   // the last one
    [Trait("Speed", "Slow")]
    public void ATrainingOfAMinute_MakesItsFirstCheckpointAfterATwentieth_UnlessItsExperimentStatesAnother(string? stated, int first)
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder["run"]);
        var time = new ManualTime();
        var spec = TinyRun.Spec(steps: null);
        spec = spec with { Training = spec.Training with { Budget = TimeSpan.FromMinutes(1) } };
        var monitoring = new MonitoringSpec { CheckpointEvery = DurationConverter.TryParse(stated, out var every) ? every : null };
        long? seen = null;

        TinyRun.Train(
            run, spec,
            progress =>
            {
                seen ??= run.NewestCheckpoint();
                time.Advance(TimeSpan.FromSeconds(1));
            },
            monitoring, time);

        Assert.Equal(first, seen);
    }
}
