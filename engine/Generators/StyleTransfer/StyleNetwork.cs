using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.StyleTransfer;

/// <summary>A network that was trained on photographs, and the layers in which style and content are told apart. Differentiable by the icons; its weights stay as they are.</summary>
public abstract class StyleNetwork : IDisposable
{
    /// <summary>Side of the picture that the network sees, pixels: what both networks were trained with. Icons are brought to it.</summary>
    public const int InputSize = 224;

    /// <summary>What it takes, and its layers of style.</summary>
    public abstract StyleNetworkSize Size { get; }

    /// <summary>What a network takes.</summary>
    public static StyleNetworkSize SizeOf(StyleNetworkKind kind) => kind == StyleNetworkKind.Vgg19 ? Vgg19.Sizes : ResNetStyle.Sizes;

    /// <summary>The tensors of torchvision's VGG-19 that are needed, by its names, with their shapes.</summary>
    public static IReadOnlyDictionary<string, long[]> Vgg19Tensors => Vgg19.Names;

    /// <summary>Opens a network.</summary>
    /// <param name="data">Has the weights of VGG-19.</param>
    /// <param name="type">Float32 or float64.</param>
    /// <exception cref="FileNotFoundException">Its weights are not there; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">They are other ones.</exception>
    public static StyleNetwork Open(StyleNetworkKind kind, DataFolder data, Device device, ScalarType type = ScalarType.Float32) =>
        kind == StyleNetworkKind.Vgg19 ? Vgg19.Open(data.Vgg19Weights, device, type) : new ResNetStyle(AppContext.BaseDirectory, device, type);

    /// <summary>What the layers see.</summary>
    /// <param name="icons">[N,3,H,W] in −1…1, in the network's type and on its device.</param>
    /// <returns>Of each of <see cref="StyleNetworkSize.Layers"/> and of the layer of content, [N,C,h,w].</returns>
    public (Tensor[] Style, Tensor Content) See(Tensor icons)
    {
        var seen = icons.shape[2] == InputSize ? icons : F.interpolate(icons, [InputSize, InputSize], mode: InterpolationMode.Bilinear, align_corners: false);
        return Layers((seen + 1) / 2);
    }

    /// <param name="icons">[N,3,224,224] in 0…1.</param>
    private protected abstract (Tensor[] Style, Tensor Content) Layers(Tensor icons);

    /// <summary>Frees the weights.</summary>
    public abstract void Dispose();
}

/// <summary>What a network takes, up to its last layer that is looked at.</summary>
/// <param name="Layers">Names of the layers of style, the finest first, with their channels.</param>
/// <param name="Weights">Number of its weights.</param>
/// <param name="MultiplyAdds">Of the forward pass of one icon.</param>
/// <param name="Held">Values held while one icon's gradient is computed: what its operations leave, and the gradients of it.</param>
public sealed record StyleNetworkSize(IReadOnlyList<(string Name, int Channels)> Layers, double Weights, double MultiplyAdds, double Held)
{
    /// <summary>Values of the layers' Gram matrices.</summary>
    public long Grams => Layers.Sum(layer => (long)layer.Channels * layer.Channels);
}
