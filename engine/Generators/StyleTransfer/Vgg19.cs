using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.StyleTransfer;

/// <summary>
/// VGG-19 (Simonyan &amp; Zisserman 2015) up to conv5_1 with torchvision's weights: style in conv1_1, conv2_1, conv3_1, conv4_1 and conv5_1, content in conv4_2, each after its ReLU, and average
/// pooling in place of the largest value, as Gatys et al. have it. Unlike theirs the weights are not scaled to equal mean activations: <see cref="StyleLoss"/> takes every layer relative to
/// its own size.
/// </summary>
internal sealed class Vgg19 : StyleNetwork
{
    // Convolutions of each stage as far as they are needed; a pooling lies between two stages.
    private static readonly int[] Stages = [2, 2, 4, 4, 1];
    private static readonly int[] Channels = [64, 128, 256, 512, 512];

    internal static readonly StyleNetworkSize Sizes = new(
        [.. Channels.Select((channels, stage) => ($"conv{stage + 1}_1", channels))],
        9.0 * (3 * 64 + 64 * 64 + 64 * 128 + 128 * 128 + 128 * 256 + 3 * 256 * 256 + 256 * 512 + 4 * 512 * 512),
        9.0 * 64 * 224 * 224 * (3 + 64) + 9.0 * 128 * 112 * 112 * (64 + 128) + 9.0 * 256 * 56 * 56 * (128 + 3 * 256) + 9.0 * 512 * 28 * 28 * (256 + 3 * 512) + 9.0 * 512 * 14 * 14 * 512,
        3 * (4 * 64.0 * 224 * 224 + 4 * 128 * 112 * 112 + 8 * 256 * 56 * 56 + 8 * 512 * 28 * 28 + 2 * 512 * 14 * 14));

    // torchvision's normalisation.
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f];

    private readonly IReadOnlyDictionary<string, Tensor> _weights;
    private readonly Tensor _mean, _deviation;

    /// <param name="weights">Those of <see cref="Names"/>, moved and freed along with this.</param>
    public Vgg19(IReadOnlyDictionary<string, Tensor> weights, Device device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        _weights = weights.ToDictionary(pair => pair.Key, pair => pair.Value.to(type).to(device).DetachFromDisposeScope());
        (_mean, _deviation) = (Row(Mean), Row(Deviation));

        Tensor Row(float[] values) => tensor(values).reshape(1, 3, 1, 1).to(type).to(device).DetachFromDisposeScope();
    }

    /// <summary>What torchvision calls the tensors that are needed, <c>features.0.weight</c> to <c>features.28.bias</c>, with their shapes.</summary>
    public static IReadOnlyDictionary<string, long[]> Names { get; } = Convolutions().SelectMany(each => new KeyValuePair<string, long[]>[]
    {
        new($"features.{each.Place}.weight", [each.Out, each.In, 3, 3]), new($"features.{each.Place}.bias", [each.Out]),
    }).ToDictionary();

    /// <summary>Opens the file that <c>icon weights vgg19</c> leaves.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It holds other tensors.</exception>
    public static Vgg19 Open(string path, Device device, ScalarType type)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"The weights of VGG-19 are not at '{path}'; 'icon weights vgg19' puts them there. A model whose network is \"resnet18-imagenet\" does without.", path);
        using var stream = File.OpenRead(path);
        using var scope = NewDisposeScope();
        var weights = Names.ToDictionary(name => name.Key, name => empty(name.Value));
        Safetensors.ReadInto(stream, weights);
        return new(weights, device, type);
    }

    public override StyleNetworkSize Size => Sizes;

    private protected override (Tensor[] Style, Tensor Content) Layers(Tensor icons)
    {
        var (x, style, content) = ((icons - _mean) / _deviation, new List<Tensor>(), (Tensor?)null);
        foreach (var (stage, place, number, _, _) in Convolutions())
        {
            if (stage > 0 && number == 1) x = F.avg_pool2d(x, 2);
            x = F.relu(FastOps.conv2d(x, _weights[$"features.{place}.weight"], _weights[$"features.{place}.bias"], 1, 1, 1));
            if (number == 1) style.Add(x);
            if ((stage, number) == (3, 2)) content = x;
        }
        return ([.. style], content!);
    }

    // torchvision counts convolutions, ReLUs and poolings alike.
    private static IEnumerable<(int Stage, int Place, int Number, int In, int Out)> Convolutions()
    {
        for (var (stage, place, channels) = (0, 0, 3); stage < Stages.Length; stage++, place++)
            for (var number = 1; number <= Stages[stage]; number++, place += 2)
            {
                yield return (stage, place, number, channels, Channels[stage]);
                channels = Channels[stage];
            }
    }

    public override void Dispose()
    {
        foreach (var weight in _weights.Values) weight.Dispose();
        _mean.Dispose();
        _deviation.Dispose();
    }
}
