using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Tests.Window;

public sealed class WindowForecastTests
{
    [Fact]
    public void CopyingGrowsWithTheIcons_AndQualityDoesNot()
    {
        var forecast = WindowForecast.Of(100, [(20, Window(new(200, 400), new(600, 800))), (40, Window(new(300, 500), new(1600, 2000)))])!;

        Assert.Equal((2, new StepSpan(200, 500)), (forecast.Runs, forecast.Quality));
        Assert.Equal((3000L, 5000L), forecast.Copying);
        // 30 steps for each icon at the least, and quality by step 500.
        Assert.Equal(17, forecast.IconsToOpen);
    }

    [Fact]
    public void RunsThatNeverCopied_SayHowLongAtLeast()
    {
        var forecast = WindowForecast.Of(80, [(20, Window(null, null, step: 1000)), (40, Window(null, null, step: 1000))])!;

        Assert.Equal((null, (4000L, (long?)null), null), (forecast.Quality, forecast.Copying, forecast.IconsToOpen));
        Assert.Null(WindowForecast.Of(80, []));
    }

    private static TrainingWindow Window(StepSpan? quality, StepSpan? copying, long step = 10_000) => new()
    {
        State = WindowState.Open, Step = step, Looks = 9, Quality = quality, Copying = copying, Copies = 0, Icons = 64, HeldOut = 0,
    };
}
