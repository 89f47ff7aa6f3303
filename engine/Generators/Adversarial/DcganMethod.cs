using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// DCGAN's training (Radford et al. 2016) in the order of pytorch/examples: the discriminator learns from a batch of real icons and,
/// apart, so that each has its own batch statistics, from one of drawn ones; then the generator from those same icons
/// as the changed discriminator sees them (its non-saturating loss).
/// </summary>
public sealed class DcganMethod : IAdversarialMethod
{
    private readonly DcganSpec _spec;
    private readonly Device _device;
    private readonly DcganGenerator _generator;
    private readonly DcganDiscriminator _discriminator;
    private readonly TrainedNetwork _trainedGenerator;
    private readonly TrainedNetwork _trainedDiscriminator;

    /// <param name="spec">Widths and optimiser.</param>
    /// <param name="imageSize">Side of the icons.</param>
    /// <param name="seed">The initial weights'.</param>
    /// <param name="device">Where the networks are.</param>
    public DcganMethod(DcganSpec spec, int imageSize, int seed, Device device)
    {
        (_spec, _device) = (spec, device);
        using var random = new Generator((ulong)seed, CPU);
        _generator = new DcganGenerator(spec, imageSize, random);
        _discriminator = new DcganDiscriminator(spec, imageSize, random);
        _trainedGenerator = new("generator", _generator, device);
        _trainedDiscriminator = new("discriminator", _discriminator, device);
        Tensors = new Dictionary<string, Tensor>([.. _trainedGenerator.Tensors, .. _trainedDiscriminator.Tensors]);
        Generators = [_generator];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <inheritdoc/>
    public long Parameters => _trainedGenerator.Parameters + _trainedDiscriminator.Parameters;

    /// <inheritdoc/>
    public IReadOnlyList<IIconGenerator> Generators { get; }

    /// <inheritdoc/>
    public double? SaturatedLoss => 1e-3;

    /// <inheritdoc/>
    public StepFigures Step(long step, IReadOnlyList<Tensor> reals, Generator random) =>
        Step(step, reals[0], randn([reals[0].shape[0], _spec.LatentDim], generator: random).to(_device));

    /// <summary>One step from given latents.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="real">[N,3,H,W].</param>
    /// <param name="z">[N,LatentDim].</param>
    public StepFigures Step(long step, Tensor real, Tensor z)
    {
        var isReal = ones(real.shape[0], device: _device);
        var isDrawn = zeros(real.shape[0], device: _device);

        // Teach the discriminator.
        _trainedDiscriminator.RequireGradients(true);
        var ofReal = _discriminator.call(real);
        var lossOfReal = F.binary_cross_entropy(ofReal, isReal);
        Gradients.Backward(lossOfReal);
        var drawn = _generator.call(z);
        var ofDrawn = _discriminator.call(drawn.detach());
        var lossOfDrawn = F.binary_cross_entropy(ofDrawn, isDrawn);
        Gradients.Backward(lossOfDrawn);
        var discriminatorNorm = _trainedDiscriminator.Update(_spec.Adam, step);

        // Teach the generator.
        _trainedDiscriminator.RequireGradients(false);
        var loss = F.binary_cross_entropy(_discriminator.call(drawn), isReal);
        Gradients.Backward(loss);
        var generatorNorm = _trainedGenerator.Update(_spec.Adam, step);

        return new(loss.item<float>(), lossOfReal.item<float>() + lossOfDrawn.item<float>(), generatorNorm, new Dictionary<string, double>
        {
            ["realScore"] = ofReal.mean().item<float>(),
            ["drawnScore"] = ofDrawn.mean().item<float>(),
            ["discriminatorGradNorm"] = discriminatorNorm,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trainedGenerator.Dispose();
        _trainedDiscriminator.Dispose();
    }
}
