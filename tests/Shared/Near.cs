using static TorchSharp.torch;

namespace IconDiffusion.Tests;

/// <summary>Comparisons that say how far apart two tensors were.</summary>
public static class Near
{
    /// <summary>The largest difference, relative to the largest expected value, is at most <paramref name="tolerance"/>.</summary>
    public static void Equal(Tensor expected, Tensor actual, double tolerance, string what = "tensor")
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = Distance(expected, actual);
        Assert.True(difference <= tolerance, $"{what}: relative difference {difference:g3}, allowed {tolerance:g3}.");
    }

    /// <summary>Largest absolute difference over the largest absolute expected value, in float64.</summary>
    public static double Distance(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        var wanted = expected.detach().to(ScalarType.Float64);
        var difference = (actual.detach().to(ScalarType.Float64) - wanted).abs().max().item<double>();
        return double.IsNaN(difference) ? double.PositiveInfinity : difference / wanted.abs().max().item<double>();
    }

    public static bool SameBits(Tensor one, Tensor other) =>
        one.shape.SequenceEqual(other.shape)
        && one.detach().contiguous().bytes.SequenceEqual(other.detach().contiguous().bytes);
}
