using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Tests.Window;

public sealed class WindowGrowthTests
{
    [Fact]
    public void TimesInProportionToTheIcons_HaveASlopeOfOne_AndNoDoubt()
    {
        var growth = WindowGrowth.Of([.. ((int[])[10, 20, 40, 80]).Select(icons => (icons, new StepSpan(25 * icons, 36 * icons)))])!;

        Assert.Equal(1, growth.Slope, 12);
        Assert.Equal(0, growth.High - growth.Low, 9);
        Assert.Equal(30 * 160, growth.At(160), 6);   // the middle of 25 and 36, in logarithms
    }

    [Fact]
    public void ALineThroughScatter_IsLeastSquares_WithStudentsInterval()
    {
        var growth = WindowGrowth.Of([(10, new(300, 400)), (20, new(600, 900)), (40, new(1000, 1400)), (80, new(0, 2500))])!;

        // Worked out beside with t = 4.30265 for two degrees of freedom, which the table rounds to three places.
        Assert.Equal(0.92413, growth.Slope, 5);
        Assert.Equal(3.74810, growth.Intercept, 5);
        Assert.Equal(0.6838, growth.Low, 0.0001);
        Assert.Equal(1.1645, growth.High, 0.0001);
    }

    [Fact]
    public void TooFewRuns_OrOneSizeAlone_TellNoSlope()
    {
        Assert.Null(WindowGrowth.Of([(10, new(300, 400)), (20, new(600, 900))]));
        Assert.Null(WindowGrowth.Of([(10, new(300, 400)), (10, new(600, 900)), (10, new(600, 900))]));
    }
}
