using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Diffusion;

/// <summary>
/// Training and prediction of Ho et al. 2020 (arXiv:2006.11239) for a network that predicts ε, x₀ or v.
/// Images are float32 [N,C,H,W] with pixels in −1…1; t is int64 [N] or, in sampling, [1] in 0…T−1; a model is a function (x_t, t) → prediction.
/// </summary>
public sealed class GaussianDiffusion : IDisposable
{
    private readonly DiffusionSpec _spec;
    private readonly Tensor _sqrtAlphaBar;          // [T,1,1,1]
    private readonly Tensor _sqrtOneMinusAlphaBar;  // [T,1,1,1]
    private readonly Tensor? _lossWeight;           // [T]

    /// <param name="spec">Schedule, objective and loss.</param>
    /// <param name="device">Where training batches are; the CPU if null.</param>
    public GaussianDiffusion(DiffusionSpec spec, Device? device = null)
    {
        if (spec.MinSnrGamma is <= 0)
            throw new ArgumentException($"minSnrGamma is {spec.MinSnrGamma}; wanted more than 0.");
        _spec = spec;
        Schedule = new NoiseSchedule(spec.Schedule, spec.Timesteps);
        _sqrtAlphaBar = Table(Schedule.SqrtAlphaBar).reshape(-1, 1, 1, 1).DetachFromDisposeScope();
        _sqrtOneMinusAlphaBar = Table(Schedule.SqrtOneMinusAlphaBar).reshape(-1, 1, 1, 1).DetachFromDisposeScope();
        if (spec.MinSnrGamma is { } gamma)
            _lossWeight = Table([.. Enumerable.Range(0, spec.Timesteps).Select(t => (float)MinSnrWeight(t, gamma))])
                .DetachFromDisposeScope();

        Tensor Table(float[] values) => tensor(values, device: device);
    }

    /// <summary>β and what follows from it, of each time step.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>A sample of q(x_t | x₀), eq. 4: √ᾱ_t·x₀ + √(1−ᾱ_t)·ε.</summary>
    public Tensor AddNoise(Tensor x0, Tensor t, Tensor noise) =>
        _sqrtAlphaBar.index_select(0, t) * x0 + _sqrtOneMinusAlphaBar.index_select(0, t) * noise;

    /// <summary>What the model should say about x_t.</summary>
    public Tensor Target(Tensor x0, Tensor t, Tensor noise) => _spec.Objective switch
    {
        Objective.Noise => noise,
        Objective.Start => x0,
        _ => _sqrtAlphaBar.index_select(0, t) * noise - _sqrtOneMinusAlphaBar.index_select(0, t) * x0, // Salimans & Ho 2022, appendix D
    };

    /// <summary>Mean loss of a batch, a scalar with gradients.</summary>
    public Tensor Loss(Func<Tensor, Tensor, Tensor> model, Tensor x0, Tensor t, Tensor noise) => Loss(model(AddNoise(x0, t, noise), t), x0, t, noise);

    /// <summary>The same of a model's answer to <see cref="AddNoise"/>.</summary>
    public Tensor Loss(Tensor prediction, Tensor x0, Tensor t, Tensor noise)
    {
        var target = Target(x0, t, noise);
        if (_lossWeight is null) return Error(prediction, target, nn.Reduction.Mean);
        var perImage = Error(prediction, target, nn.Reduction.None).mean([1, 2, 3]); // [N]
        return (perImage * _lossWeight.index_select(0, t)).mean();
    }

    /// <summary>
    /// x₀, clamped to −1…1, and ε that a model's answer to x_t implies. As in the reference from August 2022 on, ε is the answer itself
    /// when the model predicts ε, and otherwise follows from the clamped x₀.
    /// </summary>
    /// <param name="x">x_t, all icons at the same <paramref name="t"/>.</param>
    public (Tensor X0, Tensor Noise) Predict(Tensor x, int t, Tensor prediction)
    {
        var x0 = PredictStart(x, t, prediction);
        var noise = _spec.Objective == Objective.Noise
            ? prediction
            : (x * Schedule.SqrtRecipAlphaBar[t] - x0) / Schedule.SqrtRecipAlphaBarMinusOne[t];
        return (x0, noise);
    }

    /// <summary>x₀, clamped to −1…1, that a model's answer to x_t implies.</summary>
    public Tensor PredictStart(Tensor x, int t, Tensor prediction)
    {
        var x0 = _spec.Objective switch
        {
            Objective.Noise => x * Schedule.SqrtRecipAlphaBar[t] - prediction * Schedule.SqrtRecipAlphaBarMinusOne[t],
            Objective.Start => prediction,
            _ => x * Schedule.SqrtAlphaBar[t] - prediction * Schedule.SqrtOneMinusAlphaBar[t],
        };
        return x0.clamp(-1, 1);
    }

    /// <summary>The same of icons at different times, with gradients.</summary>
    /// <param name="t">int64 [N].</param>
    public Tensor PredictStart(Tensor x, Tensor t, Tensor prediction)
    {
        var (signal, noise) = (_sqrtAlphaBar.index_select(0, t), _sqrtOneMinusAlphaBar.index_select(0, t));
        var x0 = _spec.Objective switch
        {
            Objective.Noise => (x - noise * prediction) / signal,
            Objective.Start => prediction,
            _ => x * signal - prediction * noise,
        };
        return x0.clamp(-1, 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sqrtAlphaBar.Dispose();
        _sqrtOneMinusAlphaBar.Dispose();
        _lossWeight?.Dispose();
    }

    private Tensor Error(Tensor prediction, Tensor target, nn.Reduction reduction) => _spec.Loss switch
    {
        DiffusionLoss.L1 => F.l1_loss(prediction, target, reduction),
        _ => F.mse_loss(prediction, target, reduction),
    };

    // Hang et al. 2023 (arXiv:2303.09556), section 3.4: min(SNR, γ) for x₀, and that in terms of what the model predicts.
    private double MinSnrWeight(int t, double gamma)
    {
        var snr = Schedule.SignalToNoise(t);
        var capped = Math.Min(snr, gamma);
        return _spec.Objective switch
        {
            Objective.Noise => capped / snr,
            Objective.Start => capped,
            _ => capped / (snr + 1),
        };
    }
}
