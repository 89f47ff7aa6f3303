using IconDiffusion.Data;
using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Methods;

/// <summary>Denoising diffusion (Ho et al. 2020): the network learns what noise was added to an icon; icons are drawn from its averaged weights.</summary>
public sealed class DdpmMethod : IMethod
{
    private const int StripSolverSteps = 20;

    // Enough to tell a copy and to follow the Fréchet distance (docs/experiments.md), at less than half the price.
    private const int LookSolverSteps = 8;

    // Parts of 0…T − 1 whose losses are told apart: copying shows where there is little noise first.
    private const int Bands = 4;

    // Of so many icons the network is told nothing of one (Ho & Salimans 2022: 10 %).
    private const int UntoldOf = 10;

    // Beside the streams of EpochOrder.
    private const long UntoldStream = 3;

    // Weights, gradients, two moments, the average.
    private const int CopiesInTraining = 5;

    // Fewer icons have no distances to compare.
    private const int LeastPairwise = 3;

    private readonly RunSpec _run;
    private readonly Device _device;
    private readonly int _microBatches;
    private readonly Unet _model, _average;
    private readonly Unet? _source;
    private readonly TrainedNetwork _trained;
    private readonly GaussianDiffusion _diffusion;
    private readonly IconTags? _tags;
    private readonly TagBatches? _batches;
    private readonly TagGuide? _guide;
    private readonly Enlarging? _enlarging;
    private readonly IconBatches? _small;
    private readonly Tensor? _shown;   // [icons,3,h,w]: small icons that strips and looks enlarge

    /// <param name="run">Its model is a <see cref="DdpmSpec"/>. Where it starts from no others, the weights are PyTorch's after <c>torch.manual_seed(seed)</c>.</param>
    /// <param name="device">Where the networks are.</param>
    /// <param name="microBatches">
    /// Equal parts in which the gradients of each batch are computed, for memory's sake; more than 1 adds up with other rounding. Null: as
    /// many as it takes on a GPU, and one on a CPU.
    /// </param>
    /// <param name="dataset">What it is trained on, where the model's condition is tags or where it enlarges icons.</param>
    /// <param name="source">File of the averaged weights that it starts from, where <see cref="TrainingSpec.From"/> is set.</param>
    /// <exception cref="ExperimentException">The run is to draw with tags that are not known.</exception>
    /// <exception cref="InvalidDataException">The file is not one of weights of this network.</exception>
    public DdpmMethod(RunSpec run, Device device, int? microBatches = null, IconDataset? dataset = null, string? source = null)
    {
        (_run, _device) = (run, device);
        _microBatches = microBatches ?? (device.type == DeviceType.CUDA ? Memory(run).MicroBatches(run.Training.BatchSize) : 1);
        var spec = (DdpmSpec)run.Model;
        if (spec.IsToldTags)
        {
            _tags = dataset?.Tags ?? throw new ArgumentNullException(nameof(dataset), "The model's condition is tags; wanted those of the training icons.");
            _batches = new TagBatches(_tags, run.Training.BatchSize * BatchesPerStep, run.Seed, run.Dataset.HorizontalFlip);
            // Strips and looks show the network as it was trained: what is asked of it later changes nothing of a training.
            _guide = new TagGuide(_tags, run.Seed, new DdimSpec(), device);
            if (run.Sampling.Sampler is ReverseSpec asked) _tags.AskedBy(run.Seed, asked);
        }
        using var weights = new Generator((ulong)run.Seed, CPU);
        _model = new Unet(spec.Unet, generator: weights, tags: _guide?.Tags, enlarges: spec.Enlarges is not null);
        _average = new Unet(spec.Unet, generator: weights, tags: _guide?.Tags, enlarges: spec.Enlarges is not null);
        if (run.Training.From is not null)
            TrainedModel.Read(source ?? throw new ArgumentNullException(nameof(source), "The run starts from other weights; wanted their file."), _model);
        if (run.Training.Adaptation is not null)
            _source = CopyOf(_model, weights);
        _trained = new TrainedNetwork("model", _model, device, ("ema", _average), adam: "adam");
        _diffusion = new GaussianDiffusion(spec.Diffusion, device);
        if (spec.Enlarges is not { } enlarges) return;
        var reduced = dataset?.Reduced(enlarges.From) ?? throw new ArgumentNullException(nameof(dataset), "The model enlarges icons; wanted those that it is trained on.");
        _enlarging = new Enlarging(enlarges, _diffusion, run.Dataset.ImageSize);
        // In the order, and mirrored, as the trainer takes the large ones.
        _small = new IconBatches(reduced, run.Training.BatchSize * BatchesPerStep, run.Seed, device);
        _shown = Shown(reduced.HeldOut ?? reduced.Training);
    }

    // Icons that it is not trained on, where there are some.
    private Tensor Shown(IconSet icons)
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(icons.Pixels.Data.ToArray()).reshape(icons.Count, icons.Pixels.ImageSize, icons.Pixels.ImageSize, 3);
        return PixelRange.ToModel(pixels.permute(0, 3, 1, 2)).to(_device).DetachFromDisposeScope();
    }

    // What the network was before its training.
    private Unet CopyOf(Unet model, Generator generator)
    {
        var copy = new Unet(model.Spec, model.Channels, generator, model.Tags);
        using (NewDisposeScope())
        using (no_grad())
            foreach (var (to, from) in copy.state_dict().Values.Zip(model.state_dict().Values))
                to.copy_(from);
        copy.eval();
        copy.to(_device);
        return copy;
    }

    /// <summary>The trained model of a run.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public static IIconSource Open(RunFolder folder, RunSpec run, Device device) =>
        new DiffusionIcons(folder, run, device, Below(folder, run, device)) { AtOnce = device.type == DeviceType.CUDA ? Memory(run).DrawnAtOnce : int.MaxValue };

    // The stage of a cascade before this one; null: there is none.
    private static IIconSource? Below(RunFolder folder, RunSpec run, Device device) =>
        run.Base is { } below ? MethodTable.Of(below.Model).Open(folder.Beside(run.Bases.First().Run), below, device) : null;

    /// <summary>What a run takes.</summary>
    public static MethodMemory Memory(RunSpec run)
    {
        var size = UnetSize.Of((DdpmSpec)run.Model, run.Dataset.ImageSize);
        // The stages before this one draw first, and stay.
        var below = run.Base is { } before ? MethodTable.Of(before.Model).Memory(before) : null;
        var passes = (run.Sampling.Sampler as ReverseSpec)?.PassesPerStep ?? 1;
        var isPairwise = run.Training.Adaptation is PairwiseSpec;
        return new(
            (CopiesInTraining + (isPairwise ? 1 : 0)) * size.Parameters, size.Kept + size.Largest,
            size.Parameters + (below?.Drawing ?? 0), Math.Max(passes * (size.Skips + 5 * size.Largest), below?.DrawingPerIcon ?? 0), Divides: true)
        {
            LeastAtOnce = isPairwise ? LeastPairwise : 1,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Tensors => _trained.Tensors;

    /// <inheritdoc/>
    public long Parameters => _trained.Parameters;

    /// <inheritdoc/>
    public nn.Module Drawing => _average;

    /// <inheritdoc/>
    public int BatchesPerStep => _run.Training.GradientAccumulation;

    /// <inheritdoc/>
    public double LearningRate => _run.Training.Adam.LearningRate;

    /// <inheritdoc/>
    public StepFigures Step(long step, Tensor icons, Generator random)
    {
        // Accumulate gradients.
        var (times, noise) = Draws(icons, _diffusion.Schedule.Timesteps, random);
        var (sum, adaptation) = (zeros(1, device: _device), zeros(1, device: _device));
        var parts = BatchesPerStep * _microBatches;
        var tags = Told(step)?.chunk(parts, 0);
        var small = _enlarging?.Trained(Small(step)!, random).Split(icons.shape[0] / parts);
        foreach (var (i, (x0, t, added)) in icons.chunk(parts, 0).Zip(times.chunk(parts, 0), noise.chunk(parts, 0)).Index())
        {
            using var part = NewDisposeScope();
            var noisy = _diffusion.AddNoise(x0, t, added);
            // First, so that it meets an empty memory.
            var kept = SourceStart(noisy, t, tags?[i]);
            var prediction = _model.Predict(noisy, t, tags?[i], small?[i]);
            var share = _diffusion.Loss(prediction, x0, t, added) / parts;
            if (kept is not null)
            {
                var pairwise = PairwiseAdaptation.Loss((PairwiseSpec)_run.Training.Adaptation!, _diffusion.PredictStart(noisy, t, prediction), kept, x0) / parts;
                share = share + pairwise;
                adaptation.add_(pairwise.detach());
            }
            Gradients.Backward(share);
            sum.add_(share.detach());
        }

        // Refuse what is not a number before it reaches the weights.
        var (loss, norm) = (sum.item<float>(), _trained.GradientNorm());
        if (!float.IsFinite(loss) || !double.IsFinite(norm))
            throw new DivergenceException($"the loss is {loss}, its gradient's norm {norm}", "lower the learning rate or set gradientClip");

        // Update weights and their average, clipped as torch.nn.utils.clip_grad_norm_ does.
        var clip = _run.Training.GradientClip is { } most ? Math.Min(1, most / (norm + 1e-6)) : 1;
        _trained.Update(_run.Training.Adam, step, clip, EmaSchedule.Decay(_run.Training.Ema, step));
        return new(loss, norm, _source is null ? null : new Dictionary<string, double> { ["pairwise"] = adaptation.item<float>() });
    }

    // The icons that the source network sees in x_t; null: nothing is kept close to it.
    private Tensor? SourceStart(Tensor noisy, Tensor t, Tensor? tags)
    {
        if (_source is null) return null;
        using var noGrad = no_grad();
        return _diffusion.PredictStart(noisy, t, _source.Predict(noisy, t, tags));
    }

    /// <summary>What the network is told of a step's icons: a function of (seed, step), as the icons themselves are, which IconBatches takes in the same order.</summary>
    /// <returns>float32 [N, 1 + tags], <see cref="TagRows"/>; null: the model is told nothing.</returns>
    internal Tensor? Told(long step)
    {
        if (_tags is null) return null;
        var random = new SplitMix64(_run.Seed, UntoldStream, step);
        return TagRows.Of(_tags.Names.Count, [.. _batches!.Of(step).Select(tags => random.Below(UntoldOf) == 0 ? null : tags)], _device);
    }

    /// <summary>The smaller versions of a step's icons, which a network that enlarges them is given.</summary>
    /// <returns>float32 [N,3,h,w] in −1…1; null: the model enlarges nothing.</returns>
    internal Tensor? Small(long step) => _small?.Draw(step);

    /// <summary>A time step and the noise for each icon.</summary>
    /// <param name="icons">[N,3,H,W].</param>
    /// <param name="timesteps">Length T of the forward process.</param>
    /// <param name="random">A CPU generator.</param>
    /// <returns>t: int64 [N] in [0, T); noise: float32 [N,3,H,W], standard normal, channels_last. Where the icons are.</returns>
    internal static (Tensor T, Tensor Noise) Draws(Tensor icons, int timesteps, Generator random)
    {
        var t = randint(0, timesteps, [icons.shape[0]], dtype: ScalarType.Int64, generator: random).to(icons.device);
        var noise = randn([icons.shape[0], icons.shape[2], icons.shape[3], 3], generator: random).to(icons.device);
        return (t, noise.permute(0, 3, 1, 2));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Image> DrawStrip()
    {
        var sampler = new DpmSolverSampler(_diffusion, Math.Min(StripSolverSteps, _diffusion.Schedule.Timesteps));
        return [.. Row(_model), .. Row(_average)];

        Image[] Row(Unet model)
        {
            using var scope = NewDisposeScope();
            using var noise = new IconNoise(_run.Seed, first: 0, Trainer.StripIcons, model.Channels, _run.Dataset.ImageSize, _device);
            return IconImages.From(sampler.Sample(Guided(model, [.. Enumerable.Range(0, Trainer.StripIcons)]), noise, progress: null, CancellationToken.None));
        }
    }

    /// <inheritdoc/>
    public Tensor DrawIcons(int count)
    {
        using var scope = NewDisposeScope();
        var sampler = new DpmSolverSampler(_diffusion, Math.Min(LookSolverSteps, _diffusion.Schedule.Timesteps));
        var parts = Enumerable.Range(0, count).Chunk(AtOnce).Select(icons =>
        {
            using var noise = new IconNoise(_run.Seed, icons, _model.Channels, _run.Dataset.ImageSize, _device);
            return sampler.Sample(Guided(_average, icons), noise, progress: null, CancellationToken.None);
        }).ToArray();
        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    // The network as the run's icons of these numbers ask it.
    private Func<Tensor, Tensor, Tensor> Guided(Unet model, int[] icons)
    {
        if (_enlarging is not null)
        {
            // Without noise of their own.
            var shown = _shown!.index_select(0, tensor(icons.Select(icon => icon % _shown.shape[0]).ToArray(), device: _device));
            var small = _enlarging.Drawn(shown, noise: 0, zeros(icons.Length, model.Channels, _run.Dataset.ImageSize, _run.Dataset.ImageSize, device: _device));
            return (x, t) => model.Predict(x, t, null, small);
        }
        if (_guide is null) return model.call;
        var rows = _guide.Of(icons);
        return (x, t) => _guide.Predict(model, x, t, rows);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EarlySign> Signs(Tensor training, Tensor? heldOut, Tensor drawn)
    {
        // Whether a stage copies is seen only in what the stages before it draw.
        if (_enlarging is not null) return [];
        using var noGrad = no_grad();
        var timesteps = _diffusion.Schedule.Timesteps;
        var bands = Math.Min(Bands, timesteps);
        return [.. Enumerable.Range(0, bands).Select(band =>
        {
            var (first, end) = (band * timesteps / bands, (band + 1) * timesteps / bands);
            return new EarlySign($"loss t {first}–{end - 1}", Loss(training), heldOut is null ? null : Loss(heldOut), null);

            double Loss(Tensor icons) => MeanLoss(icons, band, first, end);
        })];
    }

    // Icon i of any set meets the same t and the same noise, so that sets differ in their icons alone.
    private double MeanLoss(Tensor icons, int band, int first, int end)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(RandomStream.Look(_run.Seed, band), CPU);
        var sum = 0.0;
        foreach (var part in icons.split(AtOnce))
        {
            using var inner = NewDisposeScope();
            var (t, noise) = Draws(part, end - first, random);
            sum += part.shape[0] * _diffusion.Loss(_average.call, part, t + first, noise).item<float>();
        }
        return sum / icons.shape[0];
    }

    // Without gradients what fits for a training step fits for certain.
    private int AtOnce => Math.Max(1, _run.Training.BatchSize / _microBatches);

    /// <inheritdoc/>
    public void Dispose()
    {
        _trained.Dispose();
        _source?.Dispose();
        _small?.Dispose();
        _shown?.Dispose();
        _diffusion.Dispose();
    }
}
