using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// Style transfer (Gatys et al. 2016, arXiv 1508.06576): nothing learns to draw. Each icon is a content icon whose pixels are changed until a network that was trained on photographs sees in
/// them the content icon's shapes and, on average, what it sees in the training icons' strokes and colours. Training is one look at the training icons.
/// </summary>
public sealed record StyleTransferSpec : ModelSpec
{
    /// <summary>Training steps of a run that states none, each of a batch: an icon that has been seen once is not looked at again.</summary>
    public const int DefaultSteps = 64;

    /// <summary>Most icons of a batch in an experiment file's runs: each is made alone, so a larger batch is no faster, and whoever interrupts one loses more.</summary>
    internal const int MostAtOnce = 4;

    /// <summary>The icons whose shapes are kept. A file leaves their size, background and mirroring to the training icons', and takes all of them if it does not state heldOut.</summary>
    public required DatasetSpec Content { get; init; }

    /// <summary>SHA-256 of the content icons, once they have been prepared; a file leaves it open.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentFingerprint { get; init; }

    /// <summary>Which network sees; null: VGG-19 where its weights are, else ResNet-18 (<see cref="Settled"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StyleNetworkKind? Network { get; init; }

    /// <summary>Weight α of the content icon's shapes.</summary>
    public double ContentWeight { get; init; } = 1;

    /// <summary>Weight β of the training icons' style.</summary>
    public double StyleWeight { get; init; } = 100;

    /// <summary>Weight of the differences between neighbouring pixels, which keeps noise out.</summary>
    public double Smoothness { get; init; } = 0.1;

    /// <summary>The same with its network settled, so that results of different networks have different identities.</summary>
    /// <param name="vgg19IsThere">Whether the weights of VGG-19 are.</param>
    public StyleTransferSpec Settled(bool vgg19IsThere) => Network is null ? this with { Network = vgg19IsThere ? StyleNetworkKind.Vgg19 : StyleNetworkKind.Resnet18Imagenet } : this;

    /// <summary>The content icons as a file means them, beside the training icons that it names.</summary>
    internal StyleTransferSpec Beside(DatasetSpec training) => this with
    {
        Content = Content with { ImageSize = training.ImageSize, Background = training.Background, HorizontalFlip = false, Tags = false, HeldOut = Content.HeldOut ?? 0 },
    };

    /// <summary>Without the place of a folder, which shapes nothing.</summary>
    internal StyleTransferSpec WithoutPlace() => Content is FolderSpec folder ? this with { Content = folder with { Path = "" } } : this;

    [JsonIgnore]
    public override string Label => Network is { } network ? $"style transfer {(network == StyleNetworkKind.Vgg19 ? "VGG-19" : "ResNet-18")}" : "style transfer";

    [JsonIgnore]
    public override string Method => "style transfer";

    [JsonIgnore]
    public override PictureInput Input => PictureInput.ContentPicture;
}

/// <summary>A network, trained on photographs, in whose activations style and content are told apart.</summary>
public enum StyleNetworkKind
{
    /// <summary>The ResNet-18 that comes with the program; see <see cref="FeatureNetwork.Resnet18Imagenet"/>.</summary>
    Resnet18Imagenet,

    /// <summary>Simonyan &amp; Zisserman's VGG-19, the network of the paper, with torchvision's weights, which <c>icon weights vgg19</c> fetches.</summary>
    Vgg19,
}
