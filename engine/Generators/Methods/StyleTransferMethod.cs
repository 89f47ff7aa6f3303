using IconDiffusion.Data;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Methods;

/// <summary>
/// Style transfer (Gatys et al. 2016). Its training is a look at the training icons, each once, in the order of the run's seed: what is kept of it are the mean Gram matrices of those seen so far.
/// A step's loss is how far its icons are from that mean, which is what a drawn icon of the same style has; once all have been seen a step changes nothing.
/// </summary>
public sealed class StyleTransferMethod : IMethod
{
    // Of strips, in which nothing is judged.
    private const int StripSteps = 2;

    // The network sees so many icons at a time.
    private const int AtOnce = 4;

    private readonly RunSpec _run;
    private readonly Device _device;
    private readonly int _icons;
    private readonly StyleNetwork _network;
    private readonly StyleStatistics _statistics;
    private readonly StyleTransferIcons _drawing;

    /// <param name="run">Its model is a <see cref="StyleTransferSpec"/> with a network.</param>
    /// <param name="data">Has the weights of VGG-19.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="icons">Number of training icons; null: as many as the run says, or more than it will see.</param>
    /// <param name="content">The content icons; null: two blank ones, for a step whose time is taken.</param>
    /// <exception cref="FileNotFoundException">The network's weights are not there.</exception>
    /// <exception cref="InvalidDataException">They are other ones.</exception>
    public StyleTransferMethod(RunSpec run, DataFolder data, Device device, int? icons = null, IconSet? content = null)
    {
        (_run, _device, _icons) = (run, device, icons ?? run.Dataset.Count ?? int.MaxValue);
        _network = StyleNetwork.Open(((StyleTransferSpec)run.Model).Network!.Value, data, device);
        using var scope = NewDisposeScope();
        var size = run.Dataset.ImageSize;
        var pixels = content is null ? zeros(2, size, size, 3, dtype: ScalarType.Byte) : tensor(content.Pixels.Data.ToArray()).reshape(content.Count, size, size, 3);
        _statistics = new(_network.Size.Layers, pixels);
        _drawing = new(_network, _statistics, run with { Sampling = run.Sampling with { Sampler = new LbfgsSpec { Steps = StripSteps } } }, device, isOwner: false);
        Tensors = _statistics.Grams.Zip(_network.Size.Layers).ToDictionary(each => $"style.{each.Second.Name}", each => each.First);
    }

    /// <summary>The trained model of a run.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended, or the network's weights are not there.</exception>
    /// <exception cref="InvalidDataException">A file is not one of such weights.</exception>
    public static IIconSource Open(RunFolder folder, RunSpec run, Device device)
    {
        var network = StyleNetwork.Open(((StyleTransferSpec)run.Model).Network!.Value, folder.Data, device);
        try
        {
            return new StyleTransferIcons(network, StyleStatistics.Read(folder, network.Size.Layers), run, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>What a run takes: icons are drawn one at a time, whatever the batch.</summary>
    public static MethodMemory Memory(RunSpec run)
    {
        var spec = (StyleTransferSpec)run.Model;
        var network = StyleNetwork.SizeOf(spec.Network ?? StyleNetworkKind.Vgg19);
        var icon = 3.0 * run.Dataset.ImageSize * run.Dataset.ImageSize;
        return new(network.Weights + AtOnce * network.Held / 3, icon, network.Weights + network.Held, icon);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The Gram matrices' values: none is trained.</summary>
    public long Parameters => _statistics.Grams.Sum(gram => gram.numel());

    /// <inheritdoc/>
    public nn.Module Drawing => _statistics;

    /// <inheritdoc/>
    public int BatchesPerStep => 1;

    /// <summary>None.</summary>
    public double LearningRate => 0;

    /// <inheritdoc/>
    public StepFigures Step(long step, Tensor icons, Generator random)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var seen = Math.Min(_icons, (step - 1) * icons.shape[0]);
        var fresh = Math.Min(_icons - seen, icons.shape[0]);
        var looked = icons.split(AtOnce).Select(part => _network.See(part).Style.Select(StyleLoss.Gram).ToArray()).ToArray();
        Tensor[] grams = [.. _statistics.Grams.Select((_, layer) => cat([.. looked.Select(part => part[layer])], 0).cpu())];   // [N,C,C]
        if (fresh > 0)
            foreach (var (mean, gram) in _statistics.Grams.Zip(grams))
                mean.add_((gram.slice(0, 0, fresh, 1).mean([0L]) - mean) * ((double)fresh / (seen + fresh)));
        return new(StyleLoss.Style(grams, _statistics.Grams).mean().item<float>(), GradNorm: 0);
    }

    /// <summary>The run's first icons after a few steps: one row.</summary>
    public IReadOnlyList<Image> DrawStrip()
    {
        using var scope = NewDisposeScope();
        return IconImages.From(DrawIcons(Trainer.StripIcons));
    }

    /// <inheritdoc/>
    public Tensor DrawIcons(int count) => _drawing.Draw(0, count, progress: null, CancellationToken.None);

    /// <summary>None: nothing is learned of single icons.</summary>
    public IReadOnlyList<EarlySign> Signs(Tensor training, Tensor? heldOut, Tensor drawn) => [];

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _statistics.Dispose();
    }
}
