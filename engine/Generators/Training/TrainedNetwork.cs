using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>A network with all that its training changes: its weights, Adam's two moments of them and, where there is one, their moving average.</summary>
public sealed class TrainedNetwork : IDisposable
{
    private readonly string _name;
    private readonly nn.Module _network;
    private readonly nn.Module? _average;
    private readonly List<Tensor> _weights = [];
    private readonly List<Tensor> _averages = [];
    private readonly List<Tensor> _firstMoments = [];
    private readonly List<Tensor> _secondMoments = [];
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <param name="name">What it is called in checkpoints and errors: <c>generator</c>, <c>discriminator</c>.</param>
    /// <param name="network">Moved to the device, and freed along with this.</param>
    /// <param name="device">Where it is trained.</param>
    /// <param name="average">A network like it that becomes a copy of it, and what that is called in checkpoints; moved and freed too. Null: there is none.</param>
    /// <param name="adam">What Adam's moments are called in checkpoints; null: <c>NAME.adam</c>.</param>
    public TrainedNetwork(string name, nn.Module network, Device device, (string Name, nn.Module Network)? average = null, string? adam = null)
    {
        (_name, _network, _average) = (name, network, average?.Network);
        network.to(device);
        _average?.to(device);
        using var scope = NewDisposeScope();
        foreach (var (key, weight) in network.named_parameters())
        {
            _weights.Add(weight);
            _firstMoments.Add(zeros_like(weight).DetachFromDisposeScope());
            _secondMoments.Add(zeros_like(weight).DetachFromDisposeScope());
            _tensors.Add($"{adam ?? name + ".adam"}.exp_avg.{key}", _firstMoments[^1]);
            _tensors.Add($"{adam ?? name + ".adam"}.exp_avg_sq.{key}", _secondMoments[^1]);
        }
        foreach (var (key, value) in network.state_dict())
            _tensors.Add($"{name}.{key}", value);
        if (average is not { } mean) return;

        foreach (var (_, weight) in mean.Network.named_parameters())
            _averages.Add(weight.requires_grad_(false));
        using var noGrad = no_grad();
        foreach (var ((key, copy), (_, value)) in mean.Network.state_dict().Zip(network.state_dict()))
            _tensors.Add($"{mean.Name}.{key}", copy.copy_(value));
    }

    /// <summary>What it is called in checkpoints and errors.</summary>
    public string Name => _name;

    /// <summary>Number of trained values.</summary>
    public long Parameters => _weights.Sum(weight => weight.numel());

    /// <summary>
    /// All tensors by their name in a checkpoint: <c>NAME.*</c>, the average's <c>AVERAGE.*</c>, <c>NAME.adam.exp_avg.*</c>,
    /// <c>NAME.adam.exp_avg_sq.*</c>.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Whether the network's weights collect gradients; the other network's update has no use for them.</summary>
    public void RequireGradients(bool required)
    {
        foreach (var weight in _weights)
            weight.requires_grad_(required);
    }

    /// <summary>L2 norm of the whole gradient that has collected, float64.</summary>
    public double GradientNorm()
    {
        using var scope = NewDisposeScope();
        return FastOps.grad_norm(Gradients());
    }

    /// <summary>One step of Adam with the gradients that have collected; then drops them.</summary>
    /// <param name="adam">Its settings.</param>
    /// <param name="update">Number of this network's update, from 1.</param>
    /// <param name="gradientScale">Factor on the gradients, for clipping.</param>
    /// <param name="averageDecay">How much of the average stays; null: all of it.</param>
    public void Update(AdamSpec adam, long update, double gradientScale = 1, double? averageDecay = null)
    {
        using var scope = NewDisposeScope();
        FastOps.adam_step(
            _weights, Gradients(), _firstMoments, _secondMoments, adam, update, gradientScale,
            averageDecay is null ? null : _averages, averageDecay ?? 0);
        _network.zero_grad(set_to_none: true);
    }

    /// <summary>Frees the networks and the moments.</summary>
    public void Dispose()
    {
        foreach (var tensor in _firstMoments.Concat(_secondMoments))
            tensor.Dispose();
        _network.Dispose();
        _average?.Dispose();
    }

    private List<Tensor> Gradients() =>
        [.. _weights.Select((weight, i) => weight.grad
            ?? throw new InvalidOperationException($"The {_name}'s '{_network.named_parameters().ElementAt(i).name}' has no gradient."))];
}
