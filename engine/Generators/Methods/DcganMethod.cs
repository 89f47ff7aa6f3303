using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Methods;

/// <summary>
/// DCGAN's training (Radford et al. 2016) in the order of pytorch/examples: the discriminator learns from a batch of real icons and,
/// apart, so that each has its own batch statistics, from one of drawn ones; then the generator from those same icons
/// as the changed discriminator sees them (its non-saturating loss).
/// </summary>
public sealed class DcganMethod : GanMethod
{
    private readonly DcganSpec _spec;
    private readonly DcganGenerator _generator;
    private readonly DcganDiscriminator _discriminator;

    /// <param name="spec">Widths and optimiser.</param>
    /// <param name="imageSize">Side of the icons.</param>
    /// <param name="seed">The initial weights'.</param>
    /// <param name="device">Where the networks are.</param>
    public DcganMethod(DcganSpec spec, int imageSize, int seed, Device device) : base(spec, seed, device)
    {
        _spec = spec;
        using var random = new Generator((ulong)seed, CPU);
        _generator = new DcganGenerator(spec, imageSize, random);
        _discriminator = new DcganDiscriminator(spec, imageSize, random);
        TrainedGenerator = new("generator", _generator, device);
        TrainedJudge = new("discriminator", _discriminator, device);
        Generators = [_generator];
    }

    /// <summary>What a run takes.</summary>
    public static MethodMemory Memory(DcganSpec spec, int imageSize)
    {
        // Kernels of 4×4; the icon itself has three channels, half of its side the first hidden layer's.
        var sides = Sides(imageSize);
        double Channels(int side, int width) => side == imageSize ? 3 : width * (imageSize / 2.0 / side);
        double Steps(int width) => sides.Zip(sides.Skip(1), (coarse, fine) => Channels(coarse, width) * Channels(fine, width)).Sum();
        return Memory(
            16 * (spec.LatentDim * Channels(4, spec.GeneratorChannels) + Steps(spec.GeneratorChannels)),
            16 * (Channels(4, spec.DiscriminatorChannels) + Steps(spec.DiscriminatorChannels)),
            sides.Sum(side => Channels(side, Math.Max(spec.GeneratorChannels, spec.DiscriminatorChannels)) * side * side),
            copies: 4, tensors: 7);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IIconGenerator> Generators { get; }

    private protected override TrainedNetwork TrainedGenerator { get; }

    private protected override TrainedNetwork TrainedJudge { get; }

    // Within what a float32 probability can tell.
    private protected override Tensor Logits(Tensor icons) => EvaluationMode.Call(_discriminator, icons).logit(eps: 1e-7);

    private protected override GanFigures Teach(long step, IReadOnlyList<Tensor> reals, Generator random) =>
        Step(step, reals[0], randn([reals[0].shape[0], _spec.LatentDim], generator: random).to(Device));

    /// <summary>One step from given latents.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="real">[N,3,H,W].</param>
    /// <param name="z">[N,LatentDim].</param>
    internal GanFigures Step(long step, Tensor real, Tensor z)
    {
        var isReal = ones(real.shape[0], device: Device);
        var isDrawn = zeros(real.shape[0], device: Device);

        // Teach the discriminator.
        TrainedJudge.RequireGradients(true);
        var ofReal = _discriminator.call(real);
        var lossOfReal = Loss(ofReal, isReal);
        Gradients.Backward(lossOfReal);
        var drawn = _generator.call(z);
        var ofDrawn = _discriminator.call(drawn.detach());
        var lossOfDrawn = Loss(ofDrawn, isDrawn);
        Gradients.Backward(lossOfDrawn);
        var discriminatorNorm = Update(TrainedJudge, _spec.Adam, step);

        // Teach the generator.
        TrainedJudge.RequireGradients(false);
        var loss = Loss(_discriminator.call(drawn), isReal);
        Gradients.Backward(loss);
        var generatorNorm = Update(TrainedGenerator, _spec.Adam, step);

        return new(loss.item<float>(), lossOfReal.item<float>() + lossOfDrawn.item<float>(), generatorNorm, new Dictionary<string, double>
        {
            ["realScore"] = ofReal.mean().item<float>(),
            ["drawnScore"] = ofDrawn.mean().item<float>(),
            ["discriminatorGradNorm"] = discriminatorNorm,
        });
    }

    // libtorch ends with an error of its own where an answer is no probability.
    private static Tensor Loss(Tensor answers, Tensor wanted)
    {
        var sum = answers.sum().item<float>();
        return float.IsFinite(sum) ? F.binary_cross_entropy(answers, wanted) : throw new DivergenceException($"the discriminator answers {sum}");
    }
}
