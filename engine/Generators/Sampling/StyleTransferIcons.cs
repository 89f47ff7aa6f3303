using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>
/// Icons by style transfer. Icon i begins as its content icon, and once every content icon has been taken, as one with noise from (seed, i), so that it ends as another icon. Each
/// is made alone, so that none depends on those beside it.
/// </summary>
/// <param name="network">Sees; freed along with this where <paramref name="isOwner"/>.</param>
/// <param name="statistics">What the training left; likewise.</param>
/// <param name="run">Its model is a <see cref="StyleTransferSpec"/>, its sampler an <see cref="LbfgsSpec"/>.</param>
/// <param name="device">Where the network is.</param>
/// <param name="isOwner">Whether both are freed along with this.</param>
public sealed class StyleTransferIcons(StyleNetwork network, StyleStatistics statistics, RunSpec run, Device device, bool isOwner = true) : IIconSource
{
    // Of the noise that a later icon of the same content icon begins with, in −1…1.
    private const double Noise = 0.5;

    private readonly StyleTransferSpec _spec = (StyleTransferSpec)run.Model;
    private readonly int _steps = ((LbfgsSpec)run.Sampling.Sampler).Steps;

    /// <summary>The descent's steps.</summary>
    public int Calls => _steps;

    /// <inheritdoc/>
    public Tensor Draw(int first, int count, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        return stack(Enumerable.Range(first, count).Select((icon, i) => Descend(Content(icon), Start(icon), step => progress?.Report((i * _steps + step) / count), cancellation)).ToArray()).MoveToOuterDisposeScope();
    }

    /// <summary>Between two icons the content icons are mixed, pixel by pixel, and what they begin as.</summary>
    /// <inheritdoc/>
    public Tensor DrawBetween(IReadOnlyList<IconPoint> points, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        return stack(points.Select(point => Descend(Mixed(Content, point), Mixed(Start, point), _ => { }, cancellation)).ToArray()).MoveToOuterDisposeScope();

        // Exactly an icon's own at the ends.
        Tensor Mixed(Func<int, Tensor> of, IconPoint point) => point.Part switch
        {
            0 => of(point.From),
            1 => of(point.To),
            var part => of(point.From) * (1 - part) + of(point.To) * part,
        };
    }

    /// <summary>The content icon of an icon.</summary>
    /// <returns>float32 [3,H,W] in −1…1, on the CPU.</returns>
    public Tensor Content(int icon)
    {
        var count = (int)statistics.Content.shape[0];
        return PixelRange.ToModel(statistics.Content[StyleStatistics.ContentOf(run.Seed, icon, count)].permute(2, 0, 1));
    }

    private Tensor Start(int icon)
    {
        var content = Content(icon);
        if (icon < statistics.Content.shape[0]) return content;
        using var noise = new IconNoise(run.Seed, icon, 1, 3, run.Dataset.ImageSize);
        return content + noise.Next()[0] * Noise;
    }

    // [3,H,W] both.
    private Tensor Descend(Tensor content, Tensor start, Action<int> done, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        long[] shape = [1, .. content.shape];
        Tensor[] style = [.. statistics.Grams.Select(gram => gram.to(device))];
        Tensor target;
        using (no_grad()) target = network.See(content.reshape(shape).to(device)).Content;
        var pixels = Lbfgs.Minimise(Loss, [.. start.contiguous().data<float>().Select(value => (double)value)], _steps, (step, _) => done(step), cancellation);
        done(_steps);
        return tensor(pixels).to(ScalarType.Float32).reshape(content.shape).to(device).MoveToOuterDisposeScope();

        (double, double[]) Loss(double[] values)
        {
            using var inner = NewDisposeScope();
            var (loss, gradient) = StyleLoss.WithGradient(network, _spec, tensor(values).to(ScalarType.Float32).reshape(shape).to(device), target, style);
            return (loss.item<float>(), gradient.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray());
        }
    }

    /// <summary>Frees the network and the statistics.</summary>
    public void Dispose()
    {
        if (!isOwner) return;
        network.Dispose();
        statistics.Dispose();
    }
}
