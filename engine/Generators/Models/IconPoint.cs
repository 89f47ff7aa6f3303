using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>A point on the way from one icon of a run to another.</summary>
/// <param name="From">Number of the first icon.</param>
/// <param name="To">Number of the second.</param>
/// <param name="Part">0 at the first, 1 at the second.</param>
public readonly record struct IconPoint(int From, int To, double Part)
{
    /// <summary>
    /// The points' mixtures of two independent standard normal draws, a·cos(π/2·part) + b·sin(π/2·part), which are standard normal again;
    /// a straight line would lose a third of the variance half-way.
    /// </summary>
    /// <param name="points">N points.</param>
    /// <param name="from">[N,…], drawn for each point's first icon.</param>
    /// <param name="to">[N,…], for its second.</param>
    public static Tensor Blend(IReadOnlyList<IconPoint> points, Tensor from, Tensor to)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        long[] shape = [points.Count, .. Enumerable.Repeat(1L, from.shape.Length - 1)];
        // Exactly 0 and 1 at the ends, where the blend is one of the two icons to the bit.
        var cos = Weights(point => point.Part == 1 ? 0 : Math.Cos(Math.PI / 2 * point.Part));
        var sin = Weights(point => Math.Sin(Math.PI / 2 * point.Part));
        return (from * cos + to * sin).MoveToOuterDisposeScope();

        Tensor Weights(Func<IconPoint, double> weight) =>
            tensor(points.Select(point => (float)weight(point)).ToArray()).reshape(shape).to(from.device);
    }
}
