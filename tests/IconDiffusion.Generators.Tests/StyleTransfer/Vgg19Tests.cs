using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Tests.StyleTransfer;

public sealed class Vgg19Tests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    // torchvision.models.vgg19().features: the places of its convolutions, 4.8 million more values of which lie behind conv5_1.
    [Fact]
    public void ItsTensors_AreTorchvisions()
    {
        (int Place, int In, int Out)[] convolutions =
        [
            (0, 3, 64), (2, 64, 64), (5, 64, 128), (7, 128, 128), (10, 128, 256), (12, 256, 256), (14, 256, 256), (16, 256, 256),
            (19, 256, 512), (21, 512, 512), (23, 512, 512), (25, 512, 512), (28, 512, 512),
        ];

        Assert.Equal(
            convolutions.SelectMany(each => (string[])[$"features.{each.Place}.weight [{each.Out},{each.In},3,3]", $"features.{each.Place}.bias [{each.Out}]"]).Order(),
            Vgg19.Names.Select(name => $"{name.Key} [{string.Join(',', name.Value)}]").Order());
    }

    [Fact]
    public void Layers_AreThoseOfTheSameConvolutionsWrittenOut()
    {
        using var random = new Generator(5, CPU);
        // As large as activations stay as they are.
        var weights = Vgg19.Names.ToDictionary(name => name.Key, name => randn(name.Value, generator: random) * Math.Sqrt(2.0 / name.Value.Skip(1).Aggregate(1L, (product, side) => product * side)));
        var path = Path.Combine(_folder.Path, "vgg.safetensors");
        using (var file = File.Create(path)) Safetensors.Write(file, weights);
        using var network = Vgg19.Open(path, CPU, ScalarType.Float32);
        using var noGrad = no_grad();
        var icons = rand([1, 3, 32, 32], generator: random) * 2 - 1;

        var (style, content) = network.See(icons);

        var x = (F.interpolate(icons, [224, 224], mode: InterpolationMode.Bilinear, align_corners: false) + 1) / 2;
        x = (x - tensor(new[] { 0.485f, 0.456f, 0.406f }).reshape(1, 3, 1, 1)) / tensor(new[] { 0.229f, 0.224f, 0.225f }).reshape(1, 3, 1, 1);
        var (conv11, conv21) = (Conv(x, 0), Conv(F.avg_pool2d(Conv(Conv(x, 0), 2), 2), 5));
        var conv31 = Conv(F.avg_pool2d(Conv(conv21, 7), 2), 10);
        var conv41 = Conv(F.avg_pool2d(Conv(Conv(Conv(conv31, 12), 14), 16), 2), 19);
        var conv42 = Conv(conv41, 21);
        var conv51 = Conv(F.avg_pool2d(Conv(Conv(conv42, 23), 25), 2), 28);
        foreach (var (wanted, found) in ((Tensor[])[conv11, conv21, conv31, conv41, conv51]).Zip(style)) Near.Equal(wanted, found, 1e-6);
        Near.Equal(conv42, content, 1e-6);
        Assert.Equal(network.Size.Layers.Select(layer => (long)layer.Channels), style.Select(layer => layer.shape[1]));

        Tensor Conv(Tensor x, int place) => F.relu(FastOps.conv2d(x, weights[$"features.{place}.weight"], weights[$"features.{place}.bias"], 1, 1, 1));
    }

    [Fact]
    public void AMissingFile_IsNamed() =>
        Assert.Equal(Path.Combine(_folder.Path, "none"), Assert.Throws<FileNotFoundException>(() => Vgg19.Open(Path.Combine(_folder.Path, "none"), CPU, ScalarType.Float32)).FileName);
}
