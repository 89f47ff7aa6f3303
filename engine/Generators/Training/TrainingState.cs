using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>Everything that training changes: the weights, their moving average, Adam's two moments.</summary>
public sealed class TrainingState : IDisposable
{
    private readonly List<Tensor> _weights = [];
    private readonly List<Tensor> _averages = [];
    private readonly List<Tensor> _firstMoments = [];
    private readonly List<Tensor> _secondMoments = [];
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>PyTorch's initial weights after <c>torch.manual_seed(seed)</c>, drawn from a generator of their own; the average begins as a copy, the moments at zero.</summary>
    public TrainingState(UnetSpec spec, int seed, Device device)
    {
        using var generator = new Generator((ulong)seed, CPU);
        Model = new Unet(spec, generator: generator);
        Average = new Unet(spec, generator: generator);
        Model.to(device);
        Average.to(device);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var ((name, weight), (_, average)) in Model.named_parameters().Zip(Average.named_parameters()))
        {
            average.requires_grad_(false).copy_(weight);
            _weights.Add(weight);
            _averages.Add(average);
            _firstMoments.Add(zeros_like(weight).DetachFromDisposeScope());
            _secondMoments.Add(zeros_like(weight).DetachFromDisposeScope());
            _tensors.Add("model." + name, _weights[^1]);
            _tensors.Add("ema." + name, _averages[^1]);
            _tensors.Add("adam.exp_avg." + name, _firstMoments[^1]);
            _tensors.Add("adam.exp_avg_sq." + name, _secondMoments[^1]);
        }
    }

    /// <summary>The network that is trained.</summary>
    public Unet Model { get; }

    /// <summary>The network with averaged weights, which icons are drawn from.</summary>
    public Unet Average { get; }

    /// <summary>All tensors by their name in a checkpoint: <c>model.*</c>, <c>ema.*</c>, <c>adam.exp_avg.*</c>, <c>adam.exp_avg_sq.*</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Number of trained values.</summary>
    public long Parameters => _weights.Sum(weight => weight.numel());

    /// <summary>L2 norm of the whole gradient, float64.</summary>
    public double GradientNorm() => FastOps.grad_norm(Gradients());

    /// <summary>One step of Adam, and of the average where the schedule says so; then drops the gradients.</summary>
    /// <param name="spec">Adam's and the average's settings.</param>
    /// <param name="step">Counted from 1.</param>
    /// <param name="gradientScale">Factor on the gradients, for clipping.</param>
    public void Update(TrainingSpec spec, long step, double gradientScale)
    {
        var decay = EmaSchedule.Decay(spec.Ema, step);
        FastOps.adam_step(
            _weights, Gradients(), _firstMoments, _secondMoments, spec.Adam, step, gradientScale,
            decay is null ? null : _averages, decay ?? 0);
        Model.zero_grad(set_to_none: true);
    }

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in _firstMoments.Concat(_secondMoments))
            tensor.Dispose();
        Model.Dispose();
        Average.Dispose();
    }

    private List<Tensor> Gradients() =>
        [.. _weights.Select((weight, i) => weight.grad
            ?? throw new InvalidOperationException($"Parameter '{Model.named_parameters().ElementAt(i).name}' has no gradient."))];
}
