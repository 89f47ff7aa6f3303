using IconDiffusion.Data;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Tests.Window;

/// <summary>The window's rules on curves whose answer is known.</summary>
public sealed class WindowRuleTests
{
    private const int Icons = 64;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 20)];

    // Copies rise along a logistic curve in log(step), as measured; quality arrives by the same law at another step.
    [Theory, MemberData(nameof(Seeds))]
    public void ANetworkThatLearnsByHeart_IsCaught_BetweenTheLooksWhereItBegan(int seed)
    {
        var window = WindowRule.Of(Curve(seed, arrives: 1000, copiesHalfAt: 30_000, last: 100_000))!;

        Assert.Equal(WindowState.Closed, window.State);
        // From some copies to half of them is a factor of e in steps.
        Assert.InRange(window.Copying!.By, 8000, 30_000);
        Assert.True(window.Copying.After < window.Copying.By);
        Assert.InRange(window.Quality!.By, 300, 4000);
        Assert.True(window.Quality.After < window.Quality.By && window.Quality.By <= window.Best && window.Best < window.Copying.By);
        Assert.Equal(
            (WindowPlace.Before, WindowPlace.Inside, WindowPlace.After),
            (window.PlaceOf(window.Quality.After), window.PlaceOf(window.Best!.Value), window.PlaceOf(100_000)));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void ANetworkThatDoesNot_StaysInTheWindow(int seed)
    {
        var window = WindowRule.Of(Curve(seed, arrives: 1000, copiesHalfAt: double.PositiveInfinity, last: 100_000))!;

        Assert.Equal((WindowState.Open, null), (window.State, window.Copying));
        Assert.False(window.IsOver);
        Assert.InRange(window.Quality!.By, 300, 4000);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void WithFewIcons_CopyingComesFirst_AndTheWindowNeverOpens(int seed)
    {
        var window = WindowRule.Of(Curve(seed, arrives: 20_000, copiesHalfAt: 3000, last: 100_000))!;

        Assert.Equal((WindowState.NeverOpens, null), (window.State, window.Quality));
        Assert.True(window.Best < window.Copying!.By);
        Assert.Equal(WindowPlace.Before, window.PlaceOf(window.Best!.Value));
    }

    [Theory]
    [InlineData(20, 0)]
    [InlineData(20, 10)]
    [InlineData(60, 15)]
    [InlineData(240, 60)]
    [Trait("Speed", "Slow")]
    public void FreshIconsPlayedAsSamples_AreCalledCopies_InFewerThanOneRunInAHundred(int pictures, int heldOut)
    {
        const int Runs = 1000, Looks = 40;
        var called = 0;
        Parallel.For(0, Runs, run =>
        {
            // Points of a square by one law: those that are trained on, those that are held out, and at every look others.
            var random = new SplitMix64(pictures, run, heldOut);
            (double X, double Y)[] Points(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.Below(1_000_000) / 1000.0, random.Below(1_000_000) / 1000.0))];
            var training = Points(pictures);
            AlignedMatch[] leaveOneOut = [.. Enumerable.Range(0, pictures).Select(i => new AlignedMatch(0, Nearest(training, training[i], except: i), 0))];
            var rule = CopyRule.Calibrate(leaveOneOut, 0.01);
            int Copies(int count) => Points(count).Count(point => Nearest(training, point, except: -1) is var distance && distance < rule.Threshold);
            var chance = new CopyChance(pictures, leaveOneOut.Count(match => match.Distance <= rule.Threshold), heldOut, Copies(heldOut));
            var points = Enumerable.Range(1, Looks).Select(look => Point(look, Copies(Icons), 100, chance)).ToList();
            if (WindowRule.Of(points)!.IsOver) Interlocked.Increment(ref called);
        });

        Assert.InRange(called, 0, Runs / 100);

        // Squared, which changes no order.
        static double Nearest((double X, double Y)[] points, (double X, double Y) of, int except) =>
            points.Where((_, i) => i != except).Min(point => ((point.X - of.X) * (point.X - of.X)) + ((point.Y - of.Y) * (point.Y - of.Y)));
    }

    [Fact]
    public void QualityThatHasJustRisen_IsNotKnownToHaveArrived_UntilTheStepsHaveDoubled()
    {
        List<WindowPoint> points = [Point(100, 0, 1000), Point(1000, 0, 105), Point(1500, 0, 102)];
        Assert.Equal((WindowState.Ahead, 1500L), (WindowRule.Of(points)!.State, WindowRule.Of(points)!.Best));

        points.Add(Point(2000, 0, 103));

        Assert.Equal((WindowState.Open, new StepSpan(100, 1000), 1500L), (WindowRule.Of(points)!.State, WindowRule.Of(points)!.Quality, WindowRule.Of(points)!.Best));
    }

    [Fact]
    public void NoiseThatStaysNoise_HasNoQualityToArrive() =>
        Assert.Equal(WindowState.Ahead, WindowRule.Of([Point(100, 0, 1000), Point(200, 0, 940), Point(1000, 0, 950), Point(5000, 0, 941)])!.State);

    [Fact]
    public void MoreCopiesThanChanceGivesOnAverage_AreNeverTheBest()
    {
        var mean = new ChanceOfCopies(Chance).Mean(Icons);
        var window = WindowRule.Of([Point(100, 0, 1000), Point(1000, (int)mean, 105), Point(2000, (int)mean + 1, 20)])!;

        Assert.Equal((1000L, false), (window.Best, window.IsOver));
    }

    [Fact]
    public void LooksOfAnotherFeatureNetwork_ArePartOfCopyingAlone()
    {
        var window = WindowRule.Of([Point(100, 0, 3) with { Features = "other" }, Point(200, 0, 1000), Point(1000, 0, 100), Point(2000, 0, 100)])!;

        Assert.Equal((new StepSpan(200, 1000), 1000L, 4), (window.Quality, window.Best, window.Looks));
    }

    [Fact]
    public void WithoutALook_ThereIsNothingToSay() => Assert.Null(WindowRule.Of([]));

    [Fact]
    public void TheVerdictsOfEndlesslyManyLooks_SpendNoMoreThanAll() =>
        Assert.InRange(Enumerable.Range(1, 100_000).Sum(WindowRule.Spent), 0.0099, WindowRule.FalseVerdicts);

    // With Beta(1, 1) every number of copies is as likely as any other.
    [Fact]
    public void ChanceIsBetaBinomial()
    {
        var flat = new ChanceOfCopies(new(Pictures: 3, Closer: 2, HeldOut: 0, HeldOutCopies: 0));
        Assert.All(Enumerable.Range(0, 11), copies => Assert.Equal((11.0 - copies) / 11, flat.Tail(10, copies), 1e-12));
        Assert.Equal(5, flat.Mean(10), 1e-12);

        // Held-out icons narrow it: none of 98 as well as none of any.
        var narrow = new ChanceOfCopies(new(3, 2, HeldOut: 98, HeldOutCopies: 0));
        Assert.Equal(0.1, narrow.Mean(10), 1e-12);
        Assert.Equal(1 - (99.0 / 109), narrow.Tail(10, 1), 1e-12);
    }

    private static CopyChance Chance { get; } = new(Pictures: 60, Closer: 2, HeldOut: 15, HeldOutCopies: 0);

    private static WindowPoint Point(long step, int copies, double quality, CopyChance? chance = null) => new()
    {
        Step = step, Seconds = step, Cost = 1, Icons = Icons, Copies = copies, Chance = chance ?? Chance, Gap = 0, Percentile = 50, NearestDistance = 20,
        Features = "resnet18-imagenet", Training = new(60, quality - 10, 0), HeldOut = new(15, quality, 0), Signs = [],
    };

    private static List<WindowPoint> Curve(int seed, double arrives, double copiesHalfAt, long last)
    {
        var random = new SplitMix64(seed);
        List<WindowPoint> points = [];
        for (var step = 16.0; step <= last; step *= Math.Pow(2, 0.25))
        {
            // A logistic curve beside what chance gives, drawn icon by icon.
            var copied = 0.01 + (0.99 / (1 + Math.Pow(copiesHalfAt / step, 4)));
            var copies = Enumerable.Range(0, Icons).Count(_ => random.Below(1_000_000) < copied * 1e6);
            var quality = 100 + (900 / (1 + Math.Pow(step / (arrives / 3), 2))) + (random.Below(1000) / 200.0);
            points.Add(Point((long)step, copies, quality));
        }
        return points;
    }
}
