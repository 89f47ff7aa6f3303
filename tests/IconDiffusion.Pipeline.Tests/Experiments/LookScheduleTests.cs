using IconDiffusion.Generators.Training;
using IconDiffusion.Pipeline.Experiments;

namespace IconDiffusion.Pipeline.Tests.Experiments;

public sealed class LookScheduleTests
{
    [Fact]
    public void LooksThatCostNothing_AreSpacedEvenlyInTheLogarithmOfTheStep()
    {
        var looks = Looks(last: 1024, secondsPerStep: 1, cost: 0);

        Assert.Equal([16, 20, 23, 27, 32], looks.Take(5));
        Assert.Equal([512, 609, 725, 862, 1024], looks.TakeLast(5));
        Assert.Equal(1 + (6 * LookSchedule.PerDoubling), looks.Count);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.01)]
    public void DearLooks_AreNeverMoreThanATwentiethOfTheTraining_ButForTheFirst_AndAreTakenAsSoonAsTheyAreNot(double secondsPerStep)
    {
        const long Last = 100_000;
        // So dear that the k-th look after the first is earned by step 32·k².
        var cost = LookSchedule.MostCost * secondsPerStep * Math.Sqrt(32.0 * Last) * (1 - 1e-9);

        var looks = Looks(Last, secondsPerStep, cost);

        Assert.True((looks.Count - 1) * cost <= LookSchedule.MostCost * Last * secondsPerStep);
        Assert.Equal([16, 32, 128, 288, 512, 800], looks.Take(6));
        // In the end they are not, and every moment has its look.
        Assert.All(looks.Zip(looks.Skip(1)).TakeLast(4), pair => Assert.Equal(Math.Pow(2, 0.25), (double)pair.Second / pair.First, 0.01));
    }

    [Fact]
    public void ACheckpointAndTheEnd_AreMomentsOfTheirOwn()
    {
        Assert.False(Due(last: 1000, step: 1010, LookOccasion.Step));
        Assert.True(Due(last: 1000, step: 1010, LookOccasion.Checkpoint));
        Assert.False(Due(last: 1010, step: 1010, LookOccasion.Checkpoint));
        Assert.True(Due(last: 1000, step: 1010, LookOccasion.End, spent: 1e9));
        Assert.False(Due(last: 1010, step: 1010, LookOccasion.End));
        Assert.False(Due(last: 1000, step: 1010, LookOccasion.Checkpoint, spent: 1e9));

        static bool Due(long last, long step, LookOccasion occasion, double spent = 0) =>
            LookSchedule.IsDue(last, spent, 0, step, 3600, 3600, occasion);
    }

    private static List<long> Looks(long last, double secondsPerStep, double cost)
    {
        List<long> looks = [];
        for (long step = 1; step <= last; step++)
        {
            if (LookSchedule.IsDue(looks.Count == 0 ? 0 : looks[^1], Math.Max(0, looks.Count - 1) * cost, looks.Count == 0 ? null : cost, step, step * secondsPerStep, last * secondsPerStep, LookOccasion.Step))
                looks.Add(step);
        }
        return looks;
    }
}
