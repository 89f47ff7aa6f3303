using IconDiffusion.Generators.Training;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class CollapseWatchTests
{
    [Fact]
    public void ADiscriminatorThatHasWonForLong_IsACollapse_WithinItAMomentOfDoubtIsNone()
    {
        var watch = new CollapseWatch(1e-3);
        for (var step = 1; step < CollapseWatch.SaturatedSteps; step++)
            Assert.Null(watch.Note(Entry(step, loss: 1e-5)));
        Assert.True(watch.IsSuspicious);

        Assert.Equal(
            "Training collapsed: for 1000 steps up to step 1000 the discriminator's loss was below 0.001, so the generator learned nothing.",
            watch.Note(Entry(CollapseWatch.SaturatedSteps, loss: 1e-5)));

        for (var step = 1; step < CollapseWatch.SaturatedSteps; step++)
            Assert.Null(watch.Note(Entry(step, loss: 1e-5)));
        Assert.Null(watch.Note(Entry(0, loss: 0.5)));
        Assert.False(watch.IsSuspicious);
        Assert.Null(watch.Note(Entry(0, loss: 1e-5)));
    }

    [Fact]
    public void ACriticsLoss_MayBeAnything()
    {
        var watch = new CollapseWatch(saturatedLoss: null);

        for (var step = 1; step <= 2 * CollapseWatch.SaturatedSteps; step++)
            Assert.Null(watch.Note(Entry(step, loss: -1e6)));
    }

    [Fact]
    public void IconsThatAreAllAlike_AreACollapse_WhenTheyStaySo()
    {
        var watch = new CollapseWatch(1e-3);

        Assert.Null(watch.Note(Entry(250, diversity: 0.2)));
        Assert.Null(watch.Note(Entry(500, diversity: 30)));
        Assert.False(watch.IsSuspicious);
        Assert.Null(watch.Note(Entry(750, diversity: 0.2)));
        Assert.True(watch.IsSuspicious);
        Assert.Null(watch.Note(Entry(751, loss: 1)));
        Assert.Null(watch.Note(Entry(1000, diversity: 0.1)));
        Assert.Equal(
            "Training collapsed: since step 750 all icons are alike; at step 1250 they differ by 0.05 of 255 levels.",
            watch.Note(Entry(1250, diversity: 0.05)));
    }

    [Fact]
    public void ADiffusionModelsLog_TellsNothing() => Assert.Null(new CollapseWatch(1e-3).Note(new(1, 0, 0, 0, 0)));

    private static LossEntry Entry(long step, double loss = 1, double? diversity = null)
    {
        var figures = new Dictionary<string, double> { [CollapseWatch.DiscriminatorLoss] = loss };
        if (diversity is { } levels) figures[CollapseWatch.Diversity] = levels;
        return new(step, 1, 1, 1, 1) { Figures = figures };
    }
}
