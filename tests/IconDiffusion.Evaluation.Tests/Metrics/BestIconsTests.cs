using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;

namespace IconDiffusion.Evaluation.Tests.Metrics;

public sealed class BestIconsTests
{
    // Five training icons on a line, one apart: the third neighbour is 2 away from the middle three at most, 3 from the ends.
    private static readonly FeatureStatistics Training = new([0, 1, 2, 3, 4], dimension: 1);

    private static NearestMatch[] Distances(params double[] distances) => [.. distances.Select(d => new NearestMatch(0, d))];

    [Fact]
    public void TheMostNovelComeFirst_OfThoseWithinTheManifold()
    {
        var generated = new FeatureStatistics([2, 2.5f, 100, 1], dimension: 1);

        var (icons, faithful, _) = BestIcons.Choose(generated, Training, Distances(1, 3, 50, 2));

        Assert.Equal([1, 3, 0, 2], icons.Select(icon => icon.Icon));
        Assert.Equal([true, true, true, false], icons.Select(icon => icon.Faithful));
        Assert.Equal(3, faithful);
    }

    [Fact]
    public void TheEdgeOfTheManifold_IsTheThirdNeighboursDistance()
    {
        // From the end at 4 the third neighbour is at 1: a radius of 3.
        var generated = new FeatureStatistics([7, 7.01f], dimension: 1);

        var (icons, faithful, _) = BestIcons.Choose(generated, Training, Distances(1, 2));

        Assert.Equal(1, faithful);
        Assert.Equal((0, true), (icons[0].Icon, icons[0].Faithful));
        Assert.Equal((1, false), (icons[1].Icon, icons[1].Faithful));
    }

    [Fact]
    public void WhereNoneIsFaithful_TheNearestToTheManifoldFillUp()
    {
        var generated = new FeatureStatistics([90, 50, 70], dimension: 1);

        var (icons, faithful, _) = BestIcons.Choose(generated, Training, Distances(9, 1, 5));

        Assert.Equal(0, faithful);
        Assert.Equal([1, 2, 0], icons.Select(icon => icon.Icon));
    }

    [Fact]
    public void MatchesOfOtherIcons_AreRefused() =>
        Assert.Throws<ArgumentException>(() => BestIcons.Choose(Training, Training, Distances(1)));
}
