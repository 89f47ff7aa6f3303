using IconDiffusion.Generators.StyleTransfer;

namespace IconDiffusion.Generators.Tests.StyleTransfer;

public sealed class LbfgsTests
{
    // ½ Σ k (x − 1/k)², whose curvatures span three orders of magnitude: the minimum is at 1/k.
    [Fact]
    public void AQuadratic_EndsAtItsMinimum_AndNoStepGoesUp()
    {
        double[] curvatures = [.. Enumerable.Range(0, 12).Select(i => Math.Pow(10, i / 4.0))];
        var losses = new List<double>();

        var end = Lbfgs.Minimise(
            x => (x.Zip(curvatures, (value, k) => k * Math.Pow(value - 1 / k, 2) / 2).Sum(), [.. x.Zip(curvatures, (value, k) => k * value - 1)]),
            new double[12], 200, (_, loss) => losses.Add(loss), default);

        Assert.All(end.Zip(curvatures), each => Assert.Equal(1 / each.Second, each.First, 1e-6));
        Assert.True(losses.Zip(losses.Skip(1)).All(pair => pair.Second <= pair.First));
        Assert.True(losses.Count > 5);
    }

    // f(1, 1) = 0 at the end of a curved valley, which steepest descent does not reach in thousands of steps.
    [Fact]
    public void RosenbrocksValley_IsFollowedToItsEnd()
    {
        var end = Lbfgs.Minimise(
            x => (Math.Pow(1 - x[0], 2) + 100 * Math.Pow(x[1] - x[0] * x[0], 2), [-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]), 200 * (x[1] - x[0] * x[0])]),
            [-1.2, 1], 200, null, default);

        Assert.All(end, value => Assert.Equal(1, value, 1e-5));
    }

    [Fact]
    public void WhereNothingIsToBeGained_ItEnds()
    {
        var asked = 0;
        double[] start = [3, -4];

        var end = Lbfgs.Minimise(_ => (asked++ * 0.0, new double[2]), start, 50, (_, _) => Assert.Fail("No step was possible."), default);

        Assert.Equal((start, 1), (end, asked));
    }

    [Fact]
    public void AStepIntoWhatIsNoNumber_IsMadeShorter()
    {
        // −log(1 − x²) + x: not a number beyond −1 and 1, least at 1 − √2.
        var end = Lbfgs.Minimise(x => (-Math.Log(1 - x[0] * x[0]) + x[0], [2 * x[0] / (1 - x[0] * x[0]) + 1]), [0.999], 50, null, default);

        Assert.Equal(1 - Math.Sqrt(2), end[0], 1e-6);
    }

    [Fact]
    public void ItStopsBeforeTheNextGradient_WhenCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var steps = 0;

        Assert.Throws<OperationCanceledException>(() => Lbfgs.Minimise(x => (x[0] * x[0], [2 * x[0]]), [100], 50, (step, _) => { steps = step; cancel.Cancel(); }, cancel.Token));

        Assert.Equal(1, steps);
    }
}
