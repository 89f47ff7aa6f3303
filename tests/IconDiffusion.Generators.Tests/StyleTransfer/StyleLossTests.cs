using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.StyleTransfer;

public sealed class StyleLossTests : IDisposable
{
    private static readonly StyleTransferSpec Spec = new() { Content = new NotoFacesSpec(), Network = StyleNetworkKind.Resnet18Imagenet, ContentWeight = 0.7, StyleWeight = 3, Smoothness = 0.4 };

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void EveryPart_IsWhatSlowLoopsComeTo()
    {
        var (found, aimed) = (Normal(2, 3, 4, 5), Normal(2, 3, 4, 5));
        var target = StyleLoss.Gram(aimed)[1];

        // Both ways in float64: only the order of sums differs.
        for (var n = 0; n < 2; n++)
        {
            var (difference, size) = (0.0, 0.0);
            for (var i = 0; i < 3; i++)
                for (var j = 0; j < 3; j++)
                {
                    difference += Math.Pow(Gram(found, n, i, j) - Gram(aimed, 1, i, j), 2);
                    size += Math.Pow(Gram(aimed, 1, i, j), 2);
                }
            Assert.Equal(difference / size, StyleLoss.Style([StyleLoss.Gram(found)], [target])[n].item<double>(), 1e-12);

            (difference, size) = (0, 0);
            foreach (var (f, p) in found[n].flatten().data<double>().Zip(aimed[n].flatten().data<double>())) (difference, size) = (difference + (f - p) * (f - p), size + p * p);
            Assert.Equal(difference / size, StyleLoss.Content(found, aimed)[n].item<double>(), 1e-12);

            var (right, below) = (0.0, 0.0);
            for (var c = 0; c < 3; c++)
                for (var y = 0; y < 4; y++)
                    for (var x = 0; x < 5; x++)
                    {
                        if (x < 4) right += Math.Pow(At(found, n, c, y, x + 1) - At(found, n, c, y, x), 2) / (3 * 4 * 4);
                        if (y < 3) below += Math.Pow(At(found, n, c, y + 1, x) - At(found, n, c, y, x), 2) / (3 * 3 * 5);
                    }
            Assert.Equal((right + below) / 2, StyleLoss.Roughness(found)[n].item<double>(), 1e-12);
        }

        // Layers count alike.
        var two = StyleLoss.Style([StyleLoss.Gram(found), StyleLoss.Gram(aimed)], [target, StyleLoss.Gram(aimed)[0]]);
        Assert.Equal(StyleLoss.Style([StyleLoss.Gram(found)], [target])[0].item<double>() / 2, two[0].item<double>(), 1e-12);

        static double At(Tensor x, int n, int c, int h, int w) => x[n, c, h, w].item<double>();

        static double Gram(Tensor x, int n, int i, int j)
        {
            var sum = 0.0;
            for (var h = 0; h < 4; h++)
                for (var w = 0; w < 5; w++) sum += At(x, n, i, h, w) * At(x, n, j, h, w) / 20;
            return sum;
        }
    }

    [Fact]
    public void ClosedForms()
    {
        // Two channels that are 2 and 3 everywhere.
        var constant = stack([full([4, 4], 2.0, ScalarType.Float64), full([4, 4], 3.0, ScalarType.Float64)], 0).unsqueeze(0);
        Assert.Equal([4, 6, 6, 9], StyleLoss.Gram(constant).data<double>().ToArray());
        // Twice the activations are four times the Gram matrix: (4 − 1)² of its size. Of content they are once its size.
        Assert.Equal(9, StyleLoss.Style([StyleLoss.Gram(constant * 2)], [StyleLoss.Gram(constant)[0]]).item<double>(), 1e-12);
        Assert.Equal(1, StyleLoss.Content(constant * 2, constant).item<double>(), 1e-12);
        // The style is blind to where things are, the content is not.
        var features = Normal(1, 3, 4, 4);
        Assert.Equal(0, StyleLoss.Style([StyleLoss.Gram(features.flip(3))], [StyleLoss.Gram(features)[0]]).item<double>(), 1e-20);
        Assert.True(StyleLoss.Content(features.flip(3), features).item<double>() > 0.1);
        // Neighbours on a chessboard of −1 and 1 are 2 apart.
        var board = (arange(8).unsqueeze(0) + arange(8).unsqueeze(1)).remainder(2).to(ScalarType.Float64).mul(2).sub(1).expand(1, 3, 8, 8);
        Assert.Equal((4.0, 0.0), (StyleLoss.Roughness(board).item<double>(), StyleLoss.Roughness(ones_like(board)).item<double>()));
        // Something that aims at nothing is finite.
        Assert.True(StyleLoss.Content(features, zeros_like(features)).isfinite().all().item<bool>());
    }

    [Fact]
    public void TheGradientByTheIcon_IsThatOfSmallDifferences_AndFloat32KeepsIt()
    {
        using var network = StyleNetwork.Open(StyleNetworkKind.Resnet18Imagenet, new DataFolder("none"), CPU, ScalarType.Float64);
        var (icon, content, style) = (Icon(1), network.See(Icon(2)).Content, network.See(Icon(3)).Style.Select(layer => StyleLoss.Gram(layer)[0]).ToArray());

        var (loss, gradient) = StyleLoss.WithGradient(network, Spec, icon, content, style);

        Assert.Equal(StyleLoss.Of(network, Spec, icon, content, style).item<double>(), loss.item<double>(), 1e-12);
        // Rounding of the loss over twice the step is 1e-6; a longer step has ReLUs that turn within it (1 % at 1e-5).
        const double step = 1e-9;
        foreach (var direction in (Tensor[])[Normal(1, 3, 16, 16), gradient / gradient.norm()])
        {
            var slope = (StyleLoss.Of(network, Spec, icon + direction * step, content, style) - StyleLoss.Of(network, Spec, icon - direction * step, content, style)).item<double>() / (2 * step);
            Assert.Equal(1, slope / (gradient * direction).sum().item<double>(), 1e-4);
        }

        // On the kernels, or on oneDNN, which some processors compute wrongly by: 4 % in what the network sees. ReLUs near 0 may open or stay shut, 0.1 % here.
        using var single = StyleNetwork.Open(StyleNetworkKind.Resnet18Imagenet, new DataFolder("none"), CPU);
        var (loss32, gradient32) = StyleLoss.WithGradient(single, Spec, icon.to(ScalarType.Float32), content.to(ScalarType.Float32), [.. style.Select(gram => gram.to(ScalarType.Float32))]);
        Assert.Equal(1, loss32.item<float>() / loss.item<double>(), 1e-5);
        Near.Equal(gradient, gradient32, 1e-2, "gradient");
    }

    // float64 [1,3,16,16] in −1…1, of large soft blots.
    private static Tensor Icon(int seed)
    {
        using var random = new Generator((ulong)seed, CPU);
        return nn.functional.interpolate(rand([1, 3, 4, 4], ScalarType.Float64, generator: random) * 2 - 1, [16, 16], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    private static Tensor Normal(params long[] shape)
    {
        using var random = new Generator((ulong)shape.Sum(), CPU);
        return randn(shape, ScalarType.Float64, generator: random);
    }
}
