using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>One of a GAN's networks with Adam's two moments of its weights.</summary>
public sealed class TrainedNetwork : IDisposable
{
    private readonly string _name;
    private readonly nn.Module _network;
    private readonly List<Tensor> _weights = [];
    private readonly List<Tensor> _firstMoments = [];
    private readonly List<Tensor> _secondMoments = [];

    /// <param name="name">What it is called in checkpoints and errors: <c>generator</c>, <c>discriminator</c>.</param>
    /// <param name="network">Moved to the device, and freed along with this.</param>
    /// <param name="device">Where it is trained.</param>
    public TrainedNetwork(string name, nn.Module network, Device device)
    {
        (_name, _network) = (name, network);
        network.to(device);
        using var scope = NewDisposeScope();
        foreach (var (_, weight) in network.named_parameters())
        {
            _weights.Add(weight);
            _firstMoments.Add(zeros_like(weight).DetachFromDisposeScope());
            _secondMoments.Add(zeros_like(weight).DetachFromDisposeScope());
        }
    }

    /// <summary>Number of trained values.</summary>
    public long Parameters => _weights.Sum(weight => weight.numel());

    /// <summary>All tensors by their name in a checkpoint: <c>NAME.*</c>, <c>NAME.adam.exp_avg.*</c>, <c>NAME.adam.exp_avg_sq.*</c>.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors
    {
        get
        {
            foreach (var (key, value) in _network.state_dict())
                yield return new($"{_name}.{key}", value);
            foreach (var ((key, _), i) in _network.named_parameters().Select((entry, i) => (entry, i)))
            {
                yield return new($"{_name}.adam.exp_avg.{key}", _firstMoments[i]);
                yield return new($"{_name}.adam.exp_avg_sq.{key}", _secondMoments[i]);
            }
        }
    }

    /// <summary>Whether the network's weights collect gradients; the other network's update has no use for them.</summary>
    public void RequireGradients(bool required)
    {
        foreach (var weight in _weights)
            weight.requires_grad_(required);
    }

    /// <summary>One step of Adam with the gradients that have collected; then drops them.</summary>
    /// <param name="adam">Its settings.</param>
    /// <param name="update">Number of this network's update, from 1.</param>
    /// <returns>L2 norm of the whole gradient, float64.</returns>
    /// <exception cref="DivergenceException">The gradient is not finite; the weights are as they were.</exception>
    public double Update(AdamSpec adam, long update)
    {
        using var scope = NewDisposeScope();
        List<Tensor> gradients = [.. _weights.Select((weight, i) => weight.grad
            ?? throw new InvalidOperationException($"The {_name}'s '{_network.named_parameters().ElementAt(i).name}' has no gradient."))];
        var norm = FastOps.grad_norm(gradients);
        if (!double.IsFinite(norm)) throw new DivergenceException($"the norm of the {_name}'s gradient is {norm}");
        FastOps.adam_step(_weights, gradients, _firstMoments, _secondMoments, adam, update);
        _network.zero_grad(set_to_none: true);
        return norm;
    }

    /// <summary>Frees the network and the moments.</summary>
    public void Dispose()
    {
        foreach (var tensor in _firstMoments.Concat(_secondMoments))
            tensor.Dispose();
        _network.Dispose();
    }
}
