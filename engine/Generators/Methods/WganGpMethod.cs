using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Methods;

/// <summary>
/// WGAN-GP's training (Gulrajani et al. 2017, algorithm 1): the critic learns from <see cref="WganGpSpec.CriticSteps"/> batches, then the
/// generator from one of its own.
/// </summary>
public sealed class WganGpMethod : GanMethod
{
    private readonly WganGpSpec _spec;
    private readonly WganGpGenerator _generator;
    private readonly WganGpCritic _critic;

    /// <param name="spec">Widths, penalty and optimiser.</param>
    /// <param name="imageSize">Side of the icons.</param>
    /// <param name="seed">The initial weights'.</param>
    /// <param name="device">Where the networks are.</param>
    public WganGpMethod(WganGpSpec spec, int imageSize, int seed, Device device) : base(spec, seed, device)
    {
        _spec = spec;
        using var random = new Generator((ulong)seed, CPU);
        _generator = new WganGpGenerator(spec, imageSize, random);
        _critic = new WganGpCritic(spec, imageSize, random);
        TrainedGenerator = new("generator", _generator, device);
        TrainedJudge = new("critic", _critic, device);
        Generators = [_generator];
    }

    /// <summary>What a run takes.</summary>
    public static MethodMemory Memory(WganGpSpec spec, int imageSize)
    {
        // A convolution of 3×3 from each side to the next, and one within each.
        var sides = Sides(imageSize);
        double Channels(int side) => spec.Dim * Math.Min(8, imageSize / side);
        var weights = 9 * sides.Zip(sides.Skip(1), (coarse, fine) => Channels(coarse) * Channels(fine)).Sum() + 9 * sides.Sum(side => Channels(side) * Channels(side));
        return Memory(weights + 16 * spec.LatentDim * Channels(4), weights, sides.Sum(side => Channels(side) * side * side), copies: 4, tensors: 34);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IIconGenerator> Generators { get; }

    /// <summary>None: a critic's loss is a distance and may be any number.</summary>
    public override double? SaturatedLoss => null;

    private protected override TrainedNetwork TrainedGenerator { get; }

    private protected override TrainedNetwork TrainedJudge { get; }

    private protected override Tensor Logits(Tensor icons) => EvaluationMode.Call(_critic, icons);

    private protected override GanFigures Teach(long step, IReadOnlyList<Tensor> reals, Generator random)
    {
        // Teach the critic.
        TrainedJudge.RequireGradients(true);
        var criticFigures = new List<CriticFigures>();
        foreach (var real in reals)
        {
            using var scope = NewDisposeScope();
            var epsilon = rand([real.shape[0]], generator: random).to(Device);
            criticFigures.Add(CriticStep((step - 1) * reals.Count + criticFigures.Count + 1, real, Latents(real), epsilon));
        }

        // Teach the generator.
        TrainedJudge.RequireGradients(false);
        var loss = -_critic.call(_generator.call(Latents(reals[0]))).mean();
        Gradients.Backward(loss);
        var norm = Update(TrainedGenerator, _spec.Adam, step);

        return new(loss.item<float>(), criticFigures.Average(figures => figures.Loss), norm, new Dictionary<string, double>
        {
            ["wasserstein"] = -criticFigures.Average(figures => figures.Loss),
            ["gradientPenalty"] = criticFigures.Average(figures => figures.Penalty),
            ["criticSlope"] = criticFigures.Average(figures => figures.Slope),
            ["criticGradNorm"] = criticFigures.Average(figures => figures.GradNorm),
        });

        Tensor Latents(Tensor like) => randn([like.shape[0], _spec.LatentDim], generator: random).to(Device);
    }

    /// <summary>One update of the critic.</summary>
    /// <param name="update">Counted from 1.</param>
    /// <param name="real">[N,3,H,W].</param>
    /// <param name="z">[N,LatentDim], for as many drawn icons.</param>
    /// <param name="epsilon">[N], from U(0, 1).</param>
    public CriticFigures CriticStep(long update, Tensor real, Tensor z, Tensor epsilon)
    {
        Tensor drawn;
        using (no_grad())
            drawn = _generator.call(z);
        // One after the other, so that only one graph's memory is needed at a time.
        var ofReal = _critic.call(real).mean();
        Gradients.Backward(-ofReal);
        var ofDrawn = _critic.call(drawn).mean();
        Gradients.Backward(ofDrawn);
        var (penalty, norms) = GradientPenalty.Of(_critic.call, real, drawn, epsilon, _spec.GradientPenalty);
        Gradients.Backward(penalty);
        var gradNorm = Update(TrainedJudge, _spec.Adam, update);
        return new(ofDrawn.item<float>() - ofReal.item<float>(), penalty.item<float>(), norms.mean().item<float>(), gradNorm);
    }
}

/// <summary>One update of the critic.</summary>
/// <param name="Loss">E[D(drawn)] − E[D(real)].</param>
/// <param name="Penalty">The gradient penalty, λ included.</param>
/// <param name="Slope">Mean norm of the critic's gradient by the icon, which the penalty pulls to 1.</param>
/// <param name="GradNorm">L2 norm of the gradient by the critic's weights.</param>
public sealed record CriticFigures(double Loss, double Penalty, double Slope, double GradNorm);
