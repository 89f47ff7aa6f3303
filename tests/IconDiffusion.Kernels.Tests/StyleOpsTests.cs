using IconDiffusion.Kernels;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels.Tests;

/// <summary>
/// The fused operations of style-based generators against their compositions in float64, in values, gradients and gradients of
/// gradients. Differences are relative to the largest value and allow some tens of float32 roundings, a few hundred where pixels are
/// summed.
/// </summary>
public sealed class StyleOpsTests
{
    private const double Tolerance = 5e-6;

    [Theory]
    [InlineData(1, 16, 4)]
    [InlineData(3, 32, 17)]
    [InlineData(2, 21, 9)]
    [InlineData(2, 640, 5)]
    public void Modulate_IsItsComposition(int batch, int channels, int side) => Agree(
        [randn(batch, channels, side, side), randn(batch, channels)],
        a => FastOps.modulate(a[0], a[1]), a => PlainOps.modulate(a[0], a[1]));

    [Theory]
    [InlineData(1, 16, 4, 1)]
    [InlineData(3, 32, 17, 3)]
    [InlineData(2, 21, 9, 1)]
    [InlineData(2, 640, 5, 2)]
    public void ScaledLrelu_IsItsComposition_WithWhateverIsGiven(int batch, int channels, int side, int noises)
    {
        using var scope = NewDisposeScope();
        var (x, scale) = (randn(batch, channels, side, side), randn(batch, channels));
        var (noise, bias) = (randn(noises, 1, side, side), randn(channels));

        Agree([x, scale, noise, bias],
            a => FastOps.scaled_lrelu(a[0], a[1], a[2], a[3]), a => PlainOps.scaled_lrelu(a[0], a[1], a[2], a[3], 0.2, Math.Sqrt(2)));
        Agree([x, bias],
            a => FastOps.scaled_lrelu(a[0], null, null, a[1], 0.1, 1), a => PlainOps.scaled_lrelu(a[0], null, null, a[1], 0.1, 1));
        Agree([x, scale],
            a => FastOps.scaled_lrelu(a[0], a[1], null, null), a => PlainOps.scaled_lrelu(a[0], a[1], null, null, 0.2, Math.Sqrt(2)));
    }

    private static void Agree(Tensor[] inputs, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain)
    {
        using var scope = NewDisposeScope();
        Tensor[] exact = [.. inputs.Select(input => input.to(float64))];
        using var random = new Generator(7, CPU);
        var weights = randn(inputs[0].shape, float64, generator: random);
        foreach (var twice in new[] { false, true })
        {
            var (expected, actual) = (Derive(exact, plain, weights, twice), Derive(inputs, fused, weights.to(float32), twice));
            for (var i = 0; i < expected.Length; i++)
                Near.Equal(expected[i], actual[i], Tolerance, $"{(twice ? "second" : "first")} derivative {i}");
        }
    }

    // The value and its gradients, or the gradients of the gradients' squares.
    private static Tensor[] Derive(Tensor[] inputs, Func<Tensor[], Tensor> f, Tensor weights, bool twice)
    {
        Tensor[] a = [.. inputs.Select(input => input.detach().clone().requires_grad_())];
        var y = f(a);
        // Squared, so that the second derivative by each input is there.
        var first = autograd.grad([(y.square() * weights).sum()], a, retain_graph: twice, create_graph: twice);
        if (!twice) return [y, .. first];
        return [.. autograd.grad([first.Select(gradient => gradient.square().sum()).Aggregate((one, other) => one + other)], a)];
    }
}
