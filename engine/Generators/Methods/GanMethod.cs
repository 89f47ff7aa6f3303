using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Methods;

/// <summary>A generator that is trained against a second network: what all such methods share.</summary>
public abstract class GanMethod : IMethod
{
    private readonly GanSpec _spec;
    private readonly int _seed;
    private readonly Tensor _stripLatents;

    /// <param name="spec">Networks and losses.</param>
    /// <param name="seed">The run's.</param>
    /// <param name="device">Where the networks are.</param>
    private protected GanMethod(GanSpec spec, int seed, Device device)
    {
        (_spec, _seed, Device) = (spec, seed, device);
        _stripLatents = IconLatents.Draw(seed, first: 0, Trainer.StripIcons, spec.LatentDim, device).DetachFromDisposeScope();
    }

    /// <summary>
    /// The generators, one row of the sample strip each: the one that is trained first, the one that icons are drawn from (its
    /// average, where there is one) last.
    /// </summary>
    public abstract IReadOnlyList<IIconGenerator> Generators { get; }

    /// <summary>Named <c>generator</c>.</summary>
    private protected abstract TrainedNetwork TrainedGenerator { get; }

    /// <summary>The network that judges.</summary>
    private protected abstract TrainedNetwork TrainedJudge { get; }

    /// <summary>What the network that judges says of icons [N,3,H,W], N of at most <see cref="JudgedAtOnce"/>: their logits, [N] or [N,1], without gradients and with running statistics.</summary>
    private protected abstract Tensor Logits(Tensor icons);

    /// <summary>What the run's first icons are asked to be, of a network that is told tags, [count, 1 + tags]; null: it is told none.</summary>
    private protected virtual Tensor? Asked(int count) => null;

    /// <summary>Icons that are judged together.</summary>
    private protected virtual int JudgedAtOnce => 64;

    /// <summary>Where the networks are.</summary>
    private protected Device Device { get; }

    /// <inheritdoc/>
    public virtual IReadOnlyDictionary<string, Tensor> Tensors => new Dictionary<string, Tensor>([.. TrainedGenerator.Tensors, .. TrainedJudge.Tensors]);

    /// <inheritdoc/>
    public long Parameters => TrainedGenerator.Parameters + TrainedJudge.Parameters;

    /// <inheritdoc/>
    public nn.Module Drawing => Generators[^1].Network;

    /// <inheritdoc/>
    public int BatchesPerStep => _spec.RealBatchesPerStep;

    /// <inheritdoc/>
    public bool NeedsDistinctIcons => true;

    /// <inheritdoc/>
    public double LearningRate => _spec.LearningRate;

    /// <inheritdoc/>
    public virtual double? SaturatedLoss => 1e-3;

    /// <inheritdoc/>
    public StepFigures Step(long step, Tensor icons, Generator random)
    {
        var figures = Teach(step, icons.chunk(BatchesPerStep, 0), random);
        if (!double.IsFinite(figures.GeneratorLoss) || !double.IsFinite(figures.DiscriminatorLoss))
            throw new DivergenceException($"the generator's loss is {figures.GeneratorLoss}, the discriminator's {figures.DiscriminatorLoss}");
        var others = new Dictionary<string, double>(figures.Others) { [CollapseWatch.DiscriminatorLoss] = figures.DiscriminatorLoss };
        if (step % CollapseWatch.LookEvery == 0)
            others[CollapseWatch.Diversity] = Diversity();
        return new(figures.GeneratorLoss, figures.GradNorm, others);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Image> DrawStrip()
    {
        using var scope = NewDisposeScope();
        return [.. Generators.SelectMany(generator => IconImages.From(generator.Draw(Strip())))];
    }

    /// <inheritdoc/>
    public Tensor DrawIcons(int count)
    {
        using var scope = NewDisposeScope();
        return Generators[^1].Draw(new(IconLatents.Draw(_seed, first: 0, count, _spec.LatentDim, Device), Asked(count))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public virtual IReadOnlyList<EarlySign> Signs(Tensor training, Tensor? heldOut, Tensor drawn) =>
        [new("logit", MeanLogit(training), heldOut is null ? null : MeanLogit(heldOut), MeanLogit(drawn))];

    private double MeanLogit(Tensor icons)
    {
        using var scope = NewDisposeScope();
        return cat([.. icons.split(JudgedAtOnce).Select(part => Logits(part).reshape(-1))], 0).mean().item<float>();
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        TrainedGenerator.Dispose();
        TrainedJudge.Dispose();
        _stripLatents.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An update of each network.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="reals">Real icons, <see cref="BatchesPerStep"/> batches, each float32 [N,3,H,W].</param>
    /// <param name="random">As in <see cref="Step"/>.</param>
    private protected abstract GanFigures Teach(long step, IReadOnlyList<Tensor> reals, Generator random);

    /// <summary>One step of Adam with the gradients that a network has collected.</summary>
    /// <returns>L2 norm of the whole gradient, float64.</returns>
    /// <exception cref="DivergenceException">The gradient is not finite; the weights are as they were.</exception>
    private protected static double Update(TrainedNetwork network, AdamSpec adam, long update)
    {
        var norm = network.GradientNorm();
        if (!double.IsFinite(norm)) throw new DivergenceException($"the norm of the {network.Name}'s gradient is {norm}");
        network.Update(adam, update);
        return norm;
    }

    /// <summary>Sides of the icons on the way from 4 pixels to <paramref name="imageSize"/>: 4, 8, …</summary>
    private protected static IReadOnlyList<int> Sides(int imageSize) =>
        [.. Enumerable.Range(2, Math.Max(0, int.Log2(imageSize) - 1)).Select(power => 1 << power)];

    /// <summary>Memory from the channels that the networks have at each side. The number of tensors was fitted to what training was measured to take.</summary>
    /// <param name="generatorWeights">Trained values of the generator.</param>
    /// <param name="judgeWeights">Trained values of the network that judges.</param>
    /// <param name="values">Values of one tensor at every side together, for one icon.</param>
    /// <param name="copies">How often the weights are held in training.</param>
    /// <param name="tensors">How many such tensors are held in training; a generator's finest level holds nearly all when it draws, four of it at once.</param>
    private protected static MethodMemory Memory(double generatorWeights, double judgeWeights, double values, double copies, double tensors) =>
        new(copies * (generatorWeights + judgeWeights), tensors * values, generatorWeights, 4 * values);

    private Latents Strip() => new(_stripLatents, Asked(Trainer.StripIcons));

    // How far the strip's icons are from their mean, in levels of 255.
    private double Diversity()
    {
        using var scope = NewDisposeScope();
        var icons = Generators[0].Draw(Strip());
        return ((icons - icons.mean([0], keepdim: true)).abs().mean() * (255 / 2.0)).item<float>();
    }
}

/// <summary>What a GAN tells of one step.</summary>
/// <param name="GeneratorLoss">The generator's loss without regularisation.</param>
/// <param name="DiscriminatorLoss">The discriminator's or critic's loss without regularisation, the mean over its updates.</param>
/// <param name="GradNorm">L2 norm of the generator's gradient.</param>
/// <param name="Others">Further figures by their names in the loss log.</param>
public sealed record GanFigures(double GeneratorLoss, double DiscriminatorLoss, double GradNorm, IReadOnlyDictionary<string, double> Others);
