using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Figures;

namespace IconDiffusion.Evaluation.Tests.Novelty.Figures;

public class CopyRuleTests
{
    [Theory]
    [InlineData(10, 0, 1.0 / 11)]
    [InlineData(158, 1, 2.0 / 159)]
    [InlineData(1000, 10, 11.0 / 1001)]
    public void Threshold_IsTheOrderStatisticOfTheQuantile(int count, int index, double falseAlarms)
    {
        var rule = CopyRule.Calibrate(Distances([.. Enumerable.Range(0, count).Select(i => 5.0 + i).Reverse()]), 0.01);

        Assert.Equal((5 + index, falseAlarms), (rule.Threshold, rule.FalseAlarms));
        Assert.True(rule.IsCopy(4.9 + index));
        Assert.False(rule.IsCopy(5 + index));
    }

    // The two icons of the closest pair are each other's nearest.
    [Fact]
    public void ClosestPair_CountsTwiceAmongFalseAlarms() =>
        Assert.Equal(2.0 / 5, CopyRule.Calibrate(Distances([7, 3, 3, 9]), 0.01).FalseAlarms);

    [Fact]
    public void ExactCopy_IsAlwaysACopy()
    {
        Assert.True(CopyRule.Calibrate(Distances([0, 0, 0]), 0.01).IsCopy(0));
        Assert.True(CopyRule.Calibrate([AlignedMatch.None], 0.01).IsCopy(0.1));
        Assert.False(CopyRule.Calibrate([AlignedMatch.None], 0.01).IsCopy(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void ImpossibleQuantile_IsRefused(double quantile) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CopyRule.Calibrate(Distances([1, 2]), quantile));

    private static AlignedMatch[] Distances(double[] distances) => [.. distances.Select(distance => new AlignedMatch(0, distance, distance))];
}
