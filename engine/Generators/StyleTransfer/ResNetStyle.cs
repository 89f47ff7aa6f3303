using IconDiffusion.Kernels;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.StyleTransfer;

/// <summary>
/// The ResNet-18 that comes with the program. The paper has none: in place of VGG's conv1_1 … conv4_1 stand the first convolution and the ends of the first three stages, each after its ReLU;
/// content is the end of the second stage.
/// </summary>
internal sealed class ResNetStyle : StyleNetwork
{
    // A 3×3 convolution within a stage takes the same in all of them.
    private const double Stage = 9.0 * 64 * 64 * 56 * 56;

    // 7×7 on 112², four 3×3 on 56² of 64 channels, and in each further stage one from half as many channels, three of as many, and the 1×1 beside them.
    internal static readonly StyleNetworkSize Sizes = new(
        [("conv1", 64), ("stage1", 64), ("stage2", 128), ("stage3", 256)],
        49.0 * 3 * 64 + 9 * (4 * 64 * 64 + 3.5 * 128 * 128 + 3.5 * 256 * 256),
        49.0 * 3 * 64 * 112 * 112 + 4 * Stage + 2 * (3.5 * Stage + Stage / 18),
        3 * (3 * 64.0 * 112 * 112 + 10 * 64 * 56 * 56 + 10 * 128 * 28 * 28 + 10 * 256 * 14 * 14));

    // What the file calls the layers' outputs.
    private static readonly string[] Outputs = ["ReLU253_Output_0", "ReLU283_Output_0", "ReLU315_Output_0", "ReLU347_Output_0"];
    private const int ContentLayer = 2;

    private readonly TorchGraph _preprocess, _network;

    /// <param name="folder">Where its files lie.</param>
    public ResNetStyle(string folder, Device device, ScalarType type) =>
        (_preprocess, _network) = (new(ResNet18Files.Preprocess.Read(folder), device, type), new(ResNet18Files.Network.Read(folder), device, type));

    public override StyleNetworkSize Size => Sizes;

    private protected override (Tensor[] Style, Tensor Content) Layers(Tensor icons)
    {
        var outputs = _network.Run(_preprocess.Run(icons * 255)[0], Outputs);
        return (outputs, outputs[ContentLayer]);
    }

    public override void Dispose()
    {
        _preprocess.Dispose();
        _network.Dispose();
    }
}
