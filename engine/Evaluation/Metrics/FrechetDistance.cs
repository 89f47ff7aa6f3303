using IconDiffusion.Evaluation.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Metrics;

/// <summary>
/// ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2√(Σ₁Σ₂)) between Gaussians fitted to two sets of features, covariances over n − 1, all in
/// float64 (Dowson &amp; Landau 1982; Heusel et al. 2017, eq. 6).
/// </summary>
/// <remarks>
/// Departs from pytorch-fid in how the last trace is found: never by a matrix square root, which for fewer images than
/// features is singular, slow, and low by some 1e-6 of the result.
/// </remarks>
public static class FrechetDistance
{
    /// <summary>The distance by whichever exact way is the smaller problem.</summary>
    /// <exception cref="InvalidOperationException">A set has fewer than two images.</exception>
    public static double Between(FeatureStatistics a, FeatureStatistics b) =>
        Math.Min(a.Count, b.Count) <= a.Dimension ? LowRank(a, b) : FromCovariances(a, b);

    /// <summary>
    /// With Σ₁ = AᵀA and Σ₂ = BᵀB, √(Σ₁Σ₂) has the eigenvalues of which the singular values of ABᵀ (n₁×n₂) are the
    /// non-zero ones, so its trace is that matrix's nuclear norm. Exact whatever the rank.
    /// </summary>
    public static double LowRank(FeatureStatistics a, FeatureStatistics b)
    {
        ThrowIfDifferent(a, b);
        using var scope = NewDisposeScope();
        var (rootA, rootB) = (a.CovarianceRoot(), b.CovarianceRoot());
        var nuclearNorm = linalg.svdvals(rootA.matmul(rootB.transpose(0, 1))).sum();
        return Assemble(a, b, rootA.square().sum() + rootB.square().sum(), nuclearNorm);
    }

    /// <summary>
    /// From the covariances (Dimension × Dimension): the trace is the sum of the square roots of the eigenvalues of
    /// Σ₁^½ Σ₂ Σ₁^½. For more images than features; with fewer, rounding noise in the zero eigenvalues costs digits.
    /// </summary>
    public static double FromCovariances(FeatureStatistics a, FeatureStatistics b)
    {
        ThrowIfDifferent(a, b);
        using var scope = NewDisposeScope();
        var (rootA, rootB) = (a.CovarianceRoot(), b.CovarianceRoot());
        var (values, vectors) = linalg.eigh(rootA.transpose(0, 1).matmul(rootA));
        var half = vectors * values.clamp(min: 0).sqrt().unsqueeze(0);  // Σ₁^½ up to a rotation, which changes no eigenvalue
        var productRoot = rootB.matmul(half);
        var trace = linalg.eigvalsh(productRoot.transpose(0, 1).matmul(productRoot)).clamp(min: 0).sqrt().sum();
        return Assemble(a, b, rootA.square().sum() + rootB.square().sum(), trace);
    }

    private static double Assemble(FeatureStatistics a, FeatureStatistics b, Tensor traces, Tensor crossTrace) =>
        ((a.Mean() - b.Mean()).square().sum() + traces - 2 * crossTrace).item<double>();

    private static void ThrowIfDifferent(FeatureStatistics a, FeatureStatistics b)
    {
        if (a.Dimension != b.Dimension)
            throw new ArgumentException($"Features of {a.Dimension} and of {b.Dimension} numbers cannot be compared.", nameof(b));
    }
}
