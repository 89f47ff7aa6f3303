using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Methods;

/// <summary>
/// Trains StyleGAN2 (Karras et al. 2020, arXiv:1912.04958) as stylegan2-ada-pytorch's loop does: generator, path length, discriminator, R1, average.
/// Penalties come every few steps, that much stronger, with an update of their own; Adam's settings are scaled for that.
/// Departs from it in two ways: a gradient that is not finite is an error, where the reference puts a number in its place, and
/// ADA's p has a cap.
/// </summary>
public sealed class StyleGan2Method : GanMethod
{
    // pl_batch_shrink of the reference: path lengths cost twice the memory.
    private const int PathBatchShare = 2;

    private readonly StyleGan2Spec _spec;
    private readonly StyleGan2Generator _generator, _average;
    private readonly StyleGan2Discriminator _discriminator;
    private readonly StyleGan2Loss _loss;
    private readonly Tensor _pathMean;
    private readonly AdaController? _ada;

    /// <param name="spec">Networks, losses, augmentation.</param>
    /// <param name="imageSize">Side of the icons.</param>
    /// <param name="seed">Of the initial weights.</param>
    /// <param name="device">Where to train.</param>
    public StyleGan2Method(StyleGan2Spec spec, int imageSize, int seed, Device device) : base(spec, seed, device)
    {
        _spec = spec;
        using var weights = new Generator((ulong)seed, CPU);
        _generator = new StyleGan2Generator(spec, imageSize, generator: weights);
        _discriminator = new StyleGan2Discriminator(spec, imageSize, generator: weights);
        _average = new StyleGan2Generator(spec, imageSize, generator: weights);
        TrainedGenerator = new("generator", _generator, device, ("average", _average));
        TrainedJudge = new("discriminator", _discriminator, device);
        _loss = new StyleGan2Loss(_generator, _discriminator);
        _pathMean = zeros([], float32, device).DetachFromDisposeScope();
        _ada = spec.Augment is AdaSpec ada ? new AdaController(ada) : null;
        Generators = [new StyleGan2IconGenerator(_generator), new StyleGan2IconGenerator(_average)];
        Tensors = new Dictionary<string, Tensor>(
        [
            .. base.Tensors, KeyValuePair.Create("pathMean", _pathMean), .. _ada?.Tensors ?? new Dictionary<string, Tensor>(),
        ]);
    }

    /// <summary>What a run takes.</summary>
    public static MethodMemory Memory(StyleGan2Spec spec, int imageSize)
    {
        // A convolution of 3×3 from each side to the next, one within each, and the mapping's layers.
        var sides = Sides(imageSize);
        double Channels(int side) => Math.Min((double)spec.ChannelBase / side, spec.ChannelMax);
        double latent = spec.LatentDim;
        var convolutions = 9 * (sides.Zip(sides.Skip(1), (coarse, fine) => Channels(coarse) * Channels(fine)).Sum() + sides.Sum(side => Channels(side) * Channels(side)));
        return Memory(
            convolutions + latent * latent * spec.MappingLayers + latent * 2 * sides.Sum(Channels), convolutions + 16 * Channels(4) * Channels(4),
            sides.Sum(side => Channels(side) * side * side), copies: 4.5, tensors: 30);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<IIconGenerator> Generators { get; }

    private protected override TrainedNetwork TrainedGenerator { get; }

    private protected override TrainedNetwork TrainedJudge { get; }

    private protected override Tensor Logits(Tensor icons) => EvaluationMode.Call(_discriminator, icons);

    // The minibatch standard deviation's group.
    private protected override int JudgedAtOnce => _spec.MinibatchStdGroup;

    private protected override GanFigures Teach(long step, IReadOnlyList<Tensor> reals, Generator random)
    {
        var icons = reals[0];
        var batch = icons.shape[0];
        var augment = Augmentation(random);
        var others = new Dictionary<string, double>();

        // Generator.
        var generatorLoss = CollectGenerator(Draws(batch), augment);
        var gradNorm = UpdateGenerator(UpdateNumber(step, _spec.PathLength?.Interval));

        // Path length.
        if (_spec.PathLength is { } path && IsDue(step, path.Interval))
        {
            var share = Math.Max(1, batch / PathBatchShare);
            using var direction = randn([share, icons.shape[1], icons.shape[2], icons.shape[3]], generator: random).to(Device);
            others["pathLength"] = CollectPathLength(Draws(share), direction);
            UpdateGenerator(UpdateNumber(step, path.Interval) + 1);
        }

        // Discriminator.
        var (discriminatorLoss, drawnSign, realSign) = CollectDiscriminator(Draws(batch), icons, augment);
        others["drawnSign"] = drawnSign;
        others["realSign"] = realSign;
        others["discriminatorGradNorm"] = UpdateDiscriminator(UpdateNumber(step, _spec.R1?.Interval));

        // R1.
        if (_spec.R1 is { } r1 && IsDue(step, r1.Interval))
        {
            others["r1"] = CollectR1(icons, augment);
            UpdateDiscriminator(UpdateNumber(step, r1.Interval) + 1);
        }

        // Average, and the augmentation's probability.
        UpdateAverage(step, batch);
        if (_ada is not null)
        {
            others["augmentP"] = _ada.Probability;
            _ada.Adjust(step, batch);
        }
        return new(generatorLoss, discriminatorLoss, gradNorm, others);

        StyleGan2Draws Draws(long count) =>
            StyleGan2Draws.From(_generator.Synthesis, _spec.LatentDim, count, _spec.StyleMixing, random, Device);
    }

    internal StyleGan2Discriminator Discriminator => _discriminator;

    /// <summary>Collects the generator's gradient; its loss.</summary>
    public double CollectGenerator(StyleGan2Draws draws, Func<Tensor, Tensor> augment)
    {
        using var scope = NewDisposeScope();
        Train(TrainedGenerator);
        var loss = StyleGan2Loss.OfGenerator(_discriminator.call(augment(_loss.Draw(draws).Icons)));
        Gradients.Backward(loss);
        return loss.item<float>();
    }

    /// <summary>Collects the gradient of the path lengths' penalty and moves their mean; the mean length of this batch.</summary>
    public double CollectPathLength(StyleGan2Draws draws, Tensor direction)
    {
        using var scope = NewDisposeScope();
        Train(TrainedGenerator);
        var (penalty, mean, lengths) = _loss.PathLength(draws, direction, _pathMean);
        Gradients.Backward(penalty.mean() * (_spec.PathLength!.Weight * _spec.PathLength.Interval));
        using var noGrad = no_grad();
        _pathMean.copy_(mean);
        return lengths.mean().item<float>();
    }

    /// <summary>Collects the discriminator's gradient; its loss, and the mean signs of its logits.</summary>
    public (double Loss, double DrawnSign, double RealSign) CollectDiscriminator(
        StyleGan2Draws draws, Tensor reals, Func<Tensor, Tensor> augment)
    {
        using var scope = NewDisposeScope();
        Train(TrainedJudge);
        Tensor drawn;
        using (no_grad()) drawn = _loss.Draw(draws).Icons;
        var (drawnLogits, realLogits) = (_discriminator.call(augment(drawn)), _discriminator.call(augment(reals)));
        var loss = StyleGan2Loss.OfDiscriminator(drawnLogits, realLogits);
        Gradients.Backward(loss);
        _ada?.Observe(realLogits);
        return (loss.item<float>(), Sign(drawnLogits), Sign(realLogits));

        static double Sign(Tensor logits) => logits.detach().sign().mean().item<float>();
    }

    /// <summary>Collects the gradient of R1; the mean penalty, without its weight.</summary>
    public double CollectR1(Tensor reals, Func<Tensor, Tensor> augment)
    {
        using var scope = NewDisposeScope();
        Train(TrainedJudge);
        var (penalty, logits) = _loss.R1(reals, augment);
        Gradients.Backward(penalty.mean() * (_spec.R1!.Gamma / 2 * _spec.R1.Interval));
        _ada?.Observe(logits);
        return penalty.mean().item<float>();
    }

    /// <summary>One step of Adam with the generator's collected gradient; its norm.</summary>
    public double UpdateGenerator(long update) =>
        Update(TrainedGenerator, _generator, _spec.PathLength?.Interval, update);

    /// <summary>The same for the discriminator.</summary>
    public double UpdateDiscriminator(long update) =>
        Update(TrainedJudge, _discriminator, _spec.R1?.Interval, update);

    /// <summary>Moves the average after step <paramref name="step"/>.</summary>
    public void UpdateAverage(long step, long batch) =>
        StyleGan2Average.Update(_average, _generator, StyleGan2Average.Decay(_spec.Ema, (step - 1) * batch, batch));

    /// <summary>Number of a network's update in a step, from 1, where every <paramref name="interval"/>th step from the first has two.</summary>
    internal static long UpdateNumber(long step, int? interval) =>
        step + (interval is { } length ? (step - 1 + length - 1) / length : 0);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _pathMean.Dispose();
        _ada?.Dispose();
    }

    private static bool IsDue(long step, int interval) => (step - 1) % interval == 0;

    private Func<Tensor, Tensor> Augmentation(Generator random) => _spec.Augment switch
    {
        DiffAugmentSpec always => icons => DiffAugment.Apply(icons, always.Policy, random),
        AdaSpec ada => icons =>
        {
            var batch = (int)icons.shape[0];
            return AdaptiveAugment.Apply(
                icons, AdaParameters.From(AdaDraws.From(ada.Transforms, batch, random), batch, _ada!.Probability));
        },
        _ => icons => icons,
    };

    // Only one network collects gradients at a time.
    private void Train(TrainedNetwork network)
    {
        TrainedGenerator.RequireGradients(network == TrainedGenerator);
        TrainedJudge.RequireGradients(network == TrainedJudge);
    }

    // Lazy regularisation (Karras et al. 2020, appendix B): k steps have k + 1 updates, so each does k/(k + 1) as much.
    private double Update(TrainedNetwork trained, nn.Module network, int? interval, long update)
    {
        var share = interval is { } length ? length / (length + 1.0) : 1;
        // What a penalty does not depend on has no gradient; Adam's moments of it shrink nevertheless.
        foreach (var (_, weight) in network.named_parameters())
            if (weight.grad is null) weight.grad = zeros_like(weight);
        return Update(
            trained,
            new AdamSpec
            {
                LearningRate = _spec.LearningRate * share,
                Beta1 = Math.Pow(_spec.Beta1, share),
                Beta2 = Math.Pow(_spec.Beta2, share),
            },
            update);
    }
}
