using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Kernels;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.StyleTransfer;

/// <summary>
/// What a run of style transfer keeps as its weights: the training icons' mean Gram matrices, <c>gram_LAYER</c>, float32 [C,C], and the content icons themselves, <c>content</c>, uint8 [n,H,W,3],
/// so that drawing needs nothing but them and the network.
/// </summary>
public sealed class StyleStatistics : nn.Module
{
    private const string ContentName = "content";

    /// <param name="layers">Names of the layers of style, with their channels.</param>
    /// <param name="content">uint8 [n,H,W,3], of any memory.</param>
    public StyleStatistics(IEnumerable<(string Name, int Channels)> layers, Tensor content) : base(nameof(StyleStatistics))
    {
        var grams = layers.Select(layer => (layer.Name, Gram: zeros(layer.Channels, layer.Channels).DetachFromDisposeScope())).ToArray();
        foreach (var (name, gram) in grams) register_buffer($"gram_{name}", gram);
        Grams = [.. grams.Select(each => each.Gram)];
        Content = content.alias().DetachFromDisposeScope();
        register_buffer(ContentName, Content);
    }

    /// <summary>The mean Gram matrices, float32 [C,C] each, the finest layer first.</summary>
    public IReadOnlyList<Tensor> Grams { get; }

    /// <summary>The content icons, uint8 [n,H,W,3].</summary>
    public Tensor Content { get; }

    /// <summary>Those of a run whose training has ended, on the CPU.</summary>
    /// <param name="layers">As the run's network has them.</param>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public static StyleStatistics Read(RunFolder folder, IEnumerable<(string Name, int Channels)> layers)
    {
        var statistics = new StyleStatistics(layers, zeros(ContentShape(folder), ScalarType.Byte));
        TrainedModel.Load(folder, statistics, CPU);
        return statistics;
    }

    /// <summary>Which content icon an icon is made from: each of them once in an order of its own, then all of them once more in another one.</summary>
    /// <param name="seed">The run's.</param>
    /// <param name="icon">Number of the icon.</param>
    /// <param name="count">Number of content icons.</param>
    public static int ContentOf(int seed, int icon, int count) => new EpochOrder(count, 1, seed, horizontalFlip: false).Permutation(icon / count)[icon % count];

    private static long[] ContentShape(RunFolder folder)
    {
        using var stream = File.OpenRead(folder.WeightsFile);
        return SafetensorsHeader.Read(stream).Entries.FirstOrDefault(entry => entry.Name == ContentName) is { Shape: [_, _, _, 3] shape } ? [.. shape]
            : throw new InvalidDataException($"'{folder.WeightsFile}' holds no content icons, so no style transfer's training left it.");
    }
}
