using IconDiffusion.Data;
using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
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
    private readonly IconTags? _tags;
    private readonly TagBatches? _batches;
    private readonly TagGuide? _guide;

    /// <param name="run">Its model is a <see cref="StyleGan2Spec"/>.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="tags">Of the training icons, where the model's condition is tags.</param>
    /// <exception cref="ExperimentException">The run is to draw with tags that are not known.</exception>
    public StyleGan2Method(RunSpec run, Device device, IconTags? tags = null) : base((StyleGan2Spec)run.Model, run.Seed, device)
    {
        var spec = _spec = (StyleGan2Spec)run.Model;
        if (spec.IsToldTags)
        {
            _tags = tags ?? throw new ArgumentNullException(nameof(tags), "The model's condition is tags; wanted those of the training icons.");
            _batches = new TagBatches(_tags, run.Training.BatchSize * BatchesPerStep, run.Seed, run.Dataset.HorizontalFlip);
            // Strips and looks show the network as it was trained: what is asked of it later changes nothing of a training.
            _guide = new TagGuide(_tags, run.Seed, new LatentSpec(), device);
            _tags.AskedBy(run.Seed, (AskedSpec)run.Sampling.Sampler);
        }
        using var weights = new Generator((ulong)run.Seed, CPU);
        _generator = new StyleGan2Generator(spec, run.Dataset.ImageSize, generator: weights, _guide?.Tags);
        _discriminator = new StyleGan2Discriminator(spec, run.Dataset.ImageSize, generator: weights, _guide?.Tags);
        _average = new StyleGan2Generator(spec, run.Dataset.ImageSize, generator: weights, _guide?.Tags);
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

    /// <summary>The trained model of a run.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights, or the tags that the model was told are not there.</exception>
    /// <exception cref="ExperimentException">It is to draw with a tag that no training icon has.</exception>
    public static IIconSource Open(RunFolder folder, RunSpec run, Device device)
    {
        var guide = run.Model.IsToldTags ? new TagGuide(IconTags.Read(folder), run.Seed, (LatentSpec)run.Sampling.Sampler, device) : null;
        return new LatentIcons(new StyleGan2IconGenerator(new((StyleGan2Spec)run.Model, run.Dataset.ImageSize, tags: guide?.Tags)), folder, run, device, guide);
    }

    /// <summary>What a run takes.</summary>
    public static MethodMemory Memory(StyleGan2Spec spec, int imageSize)
    {
        // A convolution of 3×3 from each side to the next, one within each, and the mapping's layers.
        var sides = Sides(imageSize);
        double Channels(int side) => Math.Min((double)spec.ChannelBase / side, spec.ChannelMax);
        double latent = spec.LatentDim;
        // What tags add: the first layer's other half, and eight layers of the discriminator. The tags themselves are few.
        var (drawn, judged) = spec.IsToldTags ? (latent * latent, 8 * Channels(4) * Channels(4)) : (0, 0);
        var convolutions = 9 * (sides.Zip(sides.Skip(1), (coarse, fine) => Channels(coarse) * Channels(fine)).Sum() + sides.Sum(side => Channels(side) * Channels(side)));
        return Memory(
            convolutions + latent * latent * spec.MappingLayers + latent * 2 * sides.Sum(Channels) + drawn, convolutions + 16 * Channels(4) * Channels(4) + judged,
            sides.Sum(side => Channels(side) * side * side), copies: 4.5, tensors: 30);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<IIconGenerator> Generators { get; }

    private protected override TrainedNetwork TrainedGenerator { get; }

    private protected override TrainedNetwork TrainedJudge { get; }

    private protected override Tensor Logits(Tensor icons)
    {
        using var noGrad = no_grad();
        return _discriminator.call(icons, null);
    }

    /// <summary>The discriminator's mean logits; none where it is told tags: it judges icons by them, and looks hand over icons alone.</summary>
    /// <inheritdoc/>
    public override IReadOnlyList<EarlySign> Signs(Tensor training, Tensor? heldOut, Tensor drawn) => _tags is null ? base.Signs(training, heldOut, drawn) : [];

    private protected override Tensor? Asked(int count) => _guide?.Of(Enumerable.Range(0, count));

    // The minibatch standard deviation's group.
    private protected override int JudgedAtOnce => _spec.MinibatchStdGroup;

    private protected override GanFigures Teach(long step, IReadOnlyList<Tensor> reals, Generator random)
    {
        var (icons, tags) = (reals[0], Told(step));
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
        var (discriminatorLoss, drawnSign, realSign) = CollectDiscriminator(Draws(batch), icons, augment, tags);
        others["drawnSign"] = drawnSign;
        others["realSign"] = realSign;
        others["discriminatorGradNorm"] = UpdateDiscriminator(UpdateNumber(step, _spec.R1?.Interval));

        // R1.
        if (_spec.R1 is { } r1 && IsDue(step, r1.Interval))
        {
            others["r1"] = CollectR1(icons, augment, tags);
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
            StyleGan2Draws.From(_generator.Synthesis, _spec.LatentDim, count, _spec.StyleMixing, random, Device, _tags);
    }

    internal StyleGan2Discriminator Discriminator => _discriminator;

    /// <summary>What the networks are told of a step's real icons, float32 [N, 1 + tags]; null: nothing.</summary>
    internal Tensor? Told(long step) => _batches is null ? null : TagRows.Of(_tags!.Names.Count, [.. _batches.Of(step)], Device);

    /// <summary>Collects the generator's gradient; its loss.</summary>
    public double CollectGenerator(StyleGan2Draws draws, Func<Tensor, Tensor> augment)
    {
        using var scope = NewDisposeScope();
        Train(TrainedGenerator);
        var loss = StyleGan2Loss.OfGenerator(_discriminator.call(augment(_loss.Draw(draws).Icons), draws.Tags));
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
        StyleGan2Draws draws, Tensor reals, Func<Tensor, Tensor> augment, Tensor? tags = null)
    {
        using var scope = NewDisposeScope();
        Train(TrainedJudge);
        Tensor drawn;
        using (no_grad()) drawn = _loss.Draw(draws).Icons;
        var (drawnLogits, realLogits) = (_discriminator.call(augment(drawn), draws.Tags), _discriminator.call(augment(reals), tags));
        var loss = StyleGan2Loss.OfDiscriminator(drawnLogits, realLogits);
        Gradients.Backward(loss);
        _ada?.Observe(realLogits);
        return (loss.item<float>(), Sign(drawnLogits), Sign(realLogits));

        static double Sign(Tensor logits) => logits.detach().sign().mean().item<float>();
    }

    /// <summary>Collects the gradient of R1; the mean penalty, without its weight.</summary>
    public double CollectR1(Tensor reals, Func<Tensor, Tensor> augment, Tensor? tags = null)
    {
        using var scope = NewDisposeScope();
        Train(TrainedJudge);
        var (penalty, logits) = _loss.R1(reals, augment, tags);
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
