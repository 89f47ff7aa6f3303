using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// Feature vectors of a set of images. The vectors themselves are kept rather than a mean and a covariance: for a few
/// hundred images they are smaller, and the Fréchet distance is exact from them.
/// </summary>
public sealed class FeatureStatistics
{
    /// <param name="values">float32 [Count, dimension], row-major; taken over.</param>
    /// <exception cref="ArgumentException">Not a whole number of vectors, or a value is not finite.</exception>
    public FeatureStatistics(float[] values, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (values.Length % dimension != 0)
            throw new ArgumentException($"{values.Length} values came for vectors of {dimension}; wanted a multiple.", nameof(values));
        if (Array.FindIndex(values, value => !float.IsFinite(value)) is >= 0 and var bad)
            throw new ArgumentException($"Feature {bad % dimension} of image {bad / dimension} is {values[bad]}; wanted finite numbers.", nameof(values));
        (Values, Dimension) = (values, dimension);
    }

    /// <summary>float32 [Count, Dimension], row-major.</summary>
    public float[] Values { get; }

    /// <summary>Number of features, the side of the covariance.</summary>
    public int Dimension { get; }

    /// <summary>Number of images, n.</summary>
    public int Count => Values.Length / Dimension;

    /// <summary>Some images, in the order given; one may come several times.</summary>
    public FeatureStatistics Pick(int[] which)
    {
        var values = new float[checked(which.Length * Dimension)];
        for (var i = 0; i < which.Length; i++) Values.AsSpan(which[i] * Dimension, Dimension).CopyTo(values.AsSpan(i * Dimension));
        return new(values, Dimension);
    }

    /// <summary>All images of several sets, in the order given.</summary>
    public static FeatureStatistics Merge(IReadOnlyList<FeatureStatistics> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("No features came; at least one part is needed.", nameof(parts));
        if (parts.FirstOrDefault(part => part.Dimension != parts[0].Dimension) is { } other)
            throw new ArgumentException($"Features of {other.Dimension} and of {parts[0].Dimension} numbers cannot be merged.", nameof(parts));
        return new([.. parts.SelectMany(part => part.Values)], parts[0].Dimension);
    }

    /// <summary>Mean over the images: float64 [Dimension].</summary>
    internal Tensor Mean()
    {
        using var scope = NewDisposeScope();
        return Matrix().mean([0]).MoveToOuterDisposeScope();
    }

    /// <summary>A with AᵀA = Σ, the sample covariance: float64 [Count, Dimension], centred and divided by √(n − 1).</summary>
    /// <exception cref="InvalidOperationException">Fewer than two images.</exception>
    internal Tensor CovarianceRoot()
    {
        if (Count < 2) throw new InvalidOperationException($"Found {Count} image{(Count == 1 ? "" : "s")}; FID needs at least 2.");
        using var scope = NewDisposeScope();
        var x = Matrix();
        return ((x - x.mean([0], keepdim: true)) / Math.Sqrt(Count - 1)).MoveToOuterDisposeScope();
    }

    private Tensor Matrix() => tensor(Values).reshape(Count, Dimension).to(ScalarType.Float64);
}
