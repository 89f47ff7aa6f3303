using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Diffusion;

/// <summary>
/// The losses by which DDPM-PA (Zhu et al. 2022, arXiv 2211.03264) keeps a network that is trained on few icons close to the one that it started from. Both
/// tell x̃₀ from the same x_t of N training icons; with sim the cosine and sfm the softmax over j ≠ i,
/// <code>
/// p_i    = sfm({sim(x̃₀ⁱ, x̃₀ʲ)})            L_img   = Σ_i KL(p_i of the trained network ‖ p_i of its source)
/// pf_i   = sfm({sim(hf(x̃₀ⁱ), hf(x̃₀ʲ))})    L_hf    = Σ_i KL(pf_i of the trained network ‖ pf_i of its source)
/// hf     = LH + HL + HH of the Haar wavelet  L_hfmse = ‖hf(x̃₀) − hf(x₀)‖², the mean over its values
/// </code>
/// and what comes back is λ₂·L_img + λ₃·L_hf + λ₄·L_hfmse. The paper's L_simple is the diffusion's own loss.
/// <para>Departures: λ₁·L_vlb is left out, as the network learns no variance. x̃₀ is clamped to −1…1, as in sampling: near T the cosine schedule would
/// otherwise multiply the error of ε ten thousandfold.</para>
/// </summary>
public static class PairwiseAdaptation
{
    // Of the length of a vector, against dividing by zero; PyTorch's cosine_similarity has the same.
    private const double Least = 1e-8;

    /// <summary>The weighted sum of the three losses, a scalar with gradients.</summary>
    /// <param name="start">x̃₀ of the network that is trained, float [N,C,H,W] around −1…1, N at least 3, H and W even.</param>
    /// <param name="source">x̃₀ of its source, the same shape, without gradients.</param>
    /// <param name="icons">x₀, the training icons themselves, the same shape.</param>
    public static Tensor Loss(PairwiseSpec weights, Tensor start, Tensor source, Tensor icons)
    {
        var (high, highOfSource, highOfIcons) = (HighFrequencies(start), HighFrequencies(source), HighFrequencies(icons));
        return weights.Images * Divergence(start, source)
            + weights.HighFrequencies * Divergence(high, highOfSource)
            + weights.Details * (high - highOfIcons).square().mean();
    }

    /// <summary>The sum LH + HL + HH of the orthonormal Haar wavelet's bands, with L = (1, 1)/√2 and H = (−1, 1)/√2.</summary>
    /// <param name="x">[N,C,H,W], H and W even.</param>
    /// <returns>[N,C,H/2,W/2].</returns>
    public static Tensor HighFrequencies(Tensor x)
    {
        var (a, b, c, d) = (Every(0, 0), Every(0, 1), Every(1, 0), Every(1, 1));
        var (lh, hl, hh) = (b + d - a - c, c + d - a - b, a + d - b - c);
        return (lh + hl + hh) / 2;

        Tensor Every(int row, int column) => x[.., .., TensorIndex.Slice(row, null, 2), TensorIndex.Slice(column, null, 2)];
    }

    // Σ_i KL(p_i ‖ q_i).
    private static Tensor Divergence(Tensor trained, Tensor source)
    {
        var (p, q) = (LogShares(trained), LogShares(source));
        return (p.exp() * (p - q)).sum();
    }

    // log sfm over j ≠ i of the cosines: [N,…] → [N,N − 1].
    private static Tensor LogShares(Tensor x)
    {
        var flat = x.flatten(1);
        var unit = flat / flat.norm(1, keepdim: true).clamp_min(Least);
        var n = (int)x.shape[0];
        var others = eye(n, dtype: ScalarType.Bool, device: x.device).logical_not();
        return unit.matmul(unit.t()).masked_select(others).reshape(n, n - 1).log_softmax(1);
    }
}
