namespace IconDiffusion.Generators.StyleTransfer;

/// <summary>
/// L-BFGS (Liu &amp; Nocedal 1989; the two loops of Nocedal &amp; Wright 2006, algorithm 7.4) with a line search that halves the step until the loss has fallen far enough (Armijo):
/// the loss after a step is never above that before it. In float64 and on one thread, so that it comes to the same numbers wherever the gradients are the same.
/// </summary>
public static class Lbfgs
{
    private const int Memory = 10;
    private const int Halvings = 12;
    private const double Decrease = 1e-4;

    // The first step has no scale of its own: it changes values by this much, as a root of the mean square.
    private const double FirstStep = 0.05;

    /// <summary>Makes a loss small.</summary>
    /// <param name="loss">The loss at a point, and its gradient.</param>
    /// <param name="start">Where to begin; stays as it is.</param>
    /// <param name="steps">Most steps; it ends earlier where no step makes the loss smaller.</param>
    /// <param name="done">Told after each step which one it was, from 1, and the loss; null: nobody.</param>
    /// <param name="cancellation">Heeded before each gradient.</param>
    /// <returns>The last point.</returns>
    /// <exception cref="OperationCanceledException"/>
    public static double[] Minimise(Func<double[], (double Loss, double[] Gradient)> loss, double[] start, int steps, Action<int, double>? done, CancellationToken cancellation)
    {
        var pairs = new LinkedList<(double[] S, double[] Y, double Curvature)>();
        var x = start;
        cancellation.ThrowIfCancellationRequested();
        var here = loss(x);
        for (var step = 1; step <= steps; step++)
        {
            // Along the direction, or, where that fails, down the gradient.
            var next = Search(Direction(here.Gradient, pairs));
            if (next is null && pairs.Count > 0)
            {
                pairs.Clear();
                next = Search(Direction(here.Gradient, pairs));
            }
            if (next is not { } found) break;

            // Remember the curvature.
            var (s, y) = (Difference(found.X, x), Difference(found.At.Gradient, here.Gradient));
            if (Dot(s, y) is var curvature && curvature > 1e-10 * Math.Sqrt(Dot(s, s) * Dot(y, y))) pairs.AddLast((s, y, curvature));
            if (pairs.Count > Memory) pairs.RemoveFirst();
            (x, here) = found;
            done?.Invoke(step, here.Loss);
        }
        return x;

        (double[] X, (double Loss, double[] Gradient) At)? Search(double[] direction)
        {
            var slope = Dot(here.Gradient, direction);
            for (var (part, halvings) = (1.0, 0); halvings <= Halvings && slope < 0; part /= 2, halvings++)
            {
                cancellation.ThrowIfCancellationRequested();
                var to = Sum(x, part, direction);
                var there = loss(to);
                if (there.Loss <= here.Loss + Decrease * part * slope) return (to, there);
            }
            return null;
        }
    }

    private static double[] Direction(double[] gradient, LinkedList<(double[] S, double[] Y, double Curvature)> pairs)
    {
        var norm = Math.Sqrt(Dot(gradient, gradient));
        if (pairs.Last is null) return Sum(new double[gradient.Length], norm > 0 ? -FirstStep * Math.Sqrt(gradient.Length) / norm : 0, gradient);
        var (q, weights) = (Sum(new double[gradient.Length], -1, gradient), new Stack<double>());
        for (var pair = pairs.Last; pair is not null; pair = pair.Previous)
        {
            weights.Push(Dot(pair.Value.S, q) / pair.Value.Curvature);
            q = Sum(q, -weights.Peek(), pair.Value.Y);
        }
        var newest = pairs.Last.Value;
        q = Sum(new double[q.Length], newest.Curvature / Dot(newest.Y, newest.Y), q);
        for (var pair = pairs.First; pair is not null; pair = pair.Next)
            q = Sum(q, weights.Pop() - Dot(pair.Value.Y, q) / pair.Value.Curvature, pair.Value.S);
        return q;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    // a + factor·b.
    private static double[] Sum(double[] a, double factor, double[] b)
    {
        var sum = new double[a.Length];
        for (var i = 0; i < a.Length; i++) sum[i] = a[i] + factor * b[i];
        return sum;
    }

    private static double[] Difference(double[] a, double[] b) => Sum(a, -1, b);
}
