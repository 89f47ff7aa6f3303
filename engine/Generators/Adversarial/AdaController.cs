using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// Adjusts the probability of adaptive augmentation: up where the discriminator is too sure of real icons, which is how it shows that
/// it has begun to know them by heart, else down. Its state is three tensors of shape [], float64, to be kept in checkpoints.
/// </summary>
public sealed class AdaController : IDisposable
{
    private readonly AdaSpec _spec;
    private readonly Tensor _probability = zeros([], float64).DetachFromDisposeScope();
    private readonly Tensor _signs = zeros([], float64).DetachFromDisposeScope();
    private readonly Tensor _count = zeros([], float64).DetachFromDisposeScope();

    /// <summary>Starts without augmentation, p = 0.</summary>
    public AdaController(AdaSpec spec) => _spec = spec;

    /// <summary>The probability p of each transform.</summary>
    public double Probability => _probability.item<double>();

    /// <summary>What a checkpoint keeps, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => new Dictionary<string, Tensor>
    {
        ["ada.p"] = _probability,
        ["ada.signs"] = _signs,
        ["ada.count"] = _count,
    };

    /// <summary>Notes the logits of augmented real icons.</summary>
    /// <param name="logits">[N,1].</param>
    public void Observe(Tensor logits)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _signs.add_(logits.detach().sign().sum(float64).cpu());
        _count.add_(logits.numel());
    }

    /// <summary>Moves p where that is due after a step, and begins to count anew.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="batch">Real icons per step.</param>
    public void Adjust(long step, long batch)
    {
        if (step % _spec.Interval != 0) return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var mean = _signs.item<double>() / Math.Max(1, _count.item<double>());
        var change = Math.Sign(mean - _spec.Target) * batch * _spec.Interval / (_spec.Kimg * 1000);
        _probability.fill_(Math.Clamp(Probability + change, 0, _spec.Cap));
        _signs.zero_();
        _count.zero_();
    }

    /// <summary>Frees the state.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values) tensor.Dispose();
    }
}
