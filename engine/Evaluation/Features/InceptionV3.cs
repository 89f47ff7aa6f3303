using IconDiffusion.Evaluation.Features.Pickles;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// Inception-v3 (Szegedy et al. 2015, arXiv:1512.00567) up to its last pooling, as the original FID used it: TensorFlow's
/// inception-2015-12-05 in pytorch-fid's conversion. Inference only.
/// </summary>
/// <remarks>
/// Differs from torchvision's Inception-v3, and any of these moves the features by 0.6 % to 120 %: average pools leave the
/// padding out of the average; Mixed_7c pools by maximum; the input is stretched to 299 px bilinearly, corners not aligned,
/// and scaled to −1…1, not to ImageNet's mean and deviation.
/// Departs from pytorch-fid in rounding alone: the input is scaled before it is stretched, and batch normalisation (ε 10⁻³,
/// running statistics) is folded into the convolutions, in float64, when the weights are loaded.
/// </remarks>
public sealed class InceptionV3 : IDisposable
{
    /// <summary>Length of a feature vector.</summary>
    public const int FeatureCount = 2048;

    /// <summary>Side of the picture that the network sees, pixels.</summary>
    public const int InputSize = 299;

    private const double BatchNormEpsilon = 1e-3;

    private readonly Dictionary<string, Layer> _layers;

    // values(name, shape) gives the checkpoint's float32 tensor of that name, row-major.
    private InceptionV3(Func<string, long[], float[]> values, Device device)
    {
        Device = device;
        _layers = InceptionV3Layers.All.ToDictionary(conv => conv.Name, conv => Layer.Fold(conv, values, device));
    }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>The network with the tensors of pytorch-fid's checkpoint; its classifier, <c>fc</c>, is not needed.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public static InceptionV3 FromStateDict(IReadOnlyDictionary<string, PickledTensor> weights, Device device) =>
        new((name, shape) =>
        {
            if (!weights.TryGetValue(name, out var tensor))
                throw new InvalidDataException($"The Inception weights have no tensor '{name}'.");
            if (!tensor.Shape.AsSpan().SequenceEqual(shape))
                throw new InvalidDataException($"The Inception weights have '{name}' of shape ({string.Join(", ", tensor.Shape)}); wanted ({string.Join(", ", shape)}).");
            return tensor.ToFloats();
        }, device);

    /// <summary>
    /// The network with <see cref="InceptionRandomWeights"/>: its distances rank sets of icons among each other and compare with no
    /// published figure.
    /// </summary>
    public static InceptionV3 FromRandomWeights(Device device) => new(InceptionRandomWeights.Values, device);

    /// <summary>Features of <paramref name="count"/> icons of <paramref name="imageSize"/> px, packed: uint8 [N,H,W,3], 0…255.</summary>
    /// <returns>float32 [N,2048].</returns>
    public Tensor Features(byte[] pixels, int count, int imageSize)
    {
        using var scope = NewDisposeScope();
        return Features(tensor(pixels).reshape(count, imageSize, imageSize, 3)).MoveToOuterDisposeScope();
    }

    /// <summary>Features of a batch of icons.</summary>
    /// <param name="images">uint8 [N,H,W,3], 0…255, on any device.</param>
    /// <returns>float32 [N,2048].</returns>
    public Tensor Features(Tensor images)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var x = Preprocess(images);
        foreach (var block in Blocks)
            x = Run(block, x);
        return x.mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>uint8 [N,H,W,3] → float32 [N,3,299,299] in −1…1.</summary>
    internal Tensor Preprocess(Tensor images)
    {
        if (images.dim() != 4 || images.shape[3] != 3 || images.dtype != ScalarType.Byte)
            throw new ArgumentException($"A {images.dtype} tensor of shape ({string.Join(", ", images.shape)}) came; wanted uint8 (N, H, W, 3).", nameof(images));
        using var scope = NewDisposeScope();
        // Scaled before it is stretched: the same up to rounding, on a fifth of the pixels.
        var x = images.to(Device).to(ScalarType.Float32).permute(0, 3, 1, 2) / 127.5 - 1;
        x = F.interpolate(x, size: [InputSize, InputSize], mode: InterpolationMode.Bilinear, align_corners: false);
        return FastOps.channels_last(x).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers.Values) layer.Dispose();
    }

    /// <summary>The four parts that pytorch-fid knows, whose outputs have 64, 192, 768 and 2048 channels.</summary>
    internal Func<Tensor, Tensor>[] Blocks => [Block0, Block1, Block2, Block3];

    // Frees each block's intermediate results at its end: a batch of 32 holds 0.5 GB at once instead of 1.3.
    private static Tensor Run(Func<Tensor, Tensor> block, Tensor x)
    {
        using var scope = NewDisposeScope();
        return block(x).MoveToOuterDisposeScope();
    }

    private Tensor Block0(Tensor x)                                     // [N,3,299,299]
    {
        x = Conv("Conv2d_1a_3x3", x);                                   // [N,32,149,149]
        x = Conv("Conv2d_2a_3x3", x);                                   // [N,32,147,147]
        x = Conv("Conv2d_2b_3x3", x);                                   // [N,64,147,147]
        return F.max_pool2d(x, 3, 2);                                   // [N,64,73,73]
    }

    private Tensor Block1(Tensor x)
    {
        x = Conv("Conv2d_3b_1x1", x);                                   // [N,80,73,73]
        x = Conv("Conv2d_4a_3x3", x);                                   // [N,192,71,71]
        return F.max_pool2d(x, 3, 2);                                   // [N,192,35,35]
    }

    private Tensor Block2(Tensor x)
    {
        x = Run(y => A("Mixed_5b", y), x);                              // [N,256,35,35]
        x = Run(y => A("Mixed_5c", y), x);                              // [N,288,35,35]
        x = Run(y => A("Mixed_5d", y), x);
        x = Run(y => B("Mixed_6a", y), x);                              // [N,768,17,17]
        x = Run(y => C("Mixed_6b", y), x);
        x = Run(y => C("Mixed_6c", y), x);
        x = Run(y => C("Mixed_6d", y), x);
        return Run(y => C("Mixed_6e", y), x);
    }

    private Tensor Block3(Tensor x)
    {
        x = Run(y => D("Mixed_7a", y), x);                              // [N,1280,8,8]
        x = Run(y => E("Mixed_7b", y, AveragePool), x);                 // [N,2048,8,8]
        return Run(y => E("Mixed_7c", y, MaxPool), x);
    }

    private Tensor A(string name, Tensor x) => Join(
        Conv($"{name}.branch1x1", x),
        Chain(x, $"{name}.branch5x5_1", $"{name}.branch5x5_2"),
        Chain(x, $"{name}.branch3x3dbl_1", $"{name}.branch3x3dbl_2", $"{name}.branch3x3dbl_3"),
        Conv($"{name}.branch_pool", AveragePool(x)));

    private Tensor B(string name, Tensor x) => Join(
        Conv($"{name}.branch3x3", x),
        Chain(x, $"{name}.branch3x3dbl_1", $"{name}.branch3x3dbl_2", $"{name}.branch3x3dbl_3"),
        F.max_pool2d(x, 3, 2));

    private Tensor C(string name, Tensor x) => Join(
        Conv($"{name}.branch1x1", x),
        Chain(x, $"{name}.branch7x7_1", $"{name}.branch7x7_2", $"{name}.branch7x7_3"),
        Chain(x, $"{name}.branch7x7dbl_1", $"{name}.branch7x7dbl_2", $"{name}.branch7x7dbl_3", $"{name}.branch7x7dbl_4", $"{name}.branch7x7dbl_5"),
        Conv($"{name}.branch_pool", AveragePool(x)));

    private Tensor D(string name, Tensor x) => Join(
        Chain(x, $"{name}.branch3x3_1", $"{name}.branch3x3_2"),
        Chain(x, $"{name}.branch7x7x3_1", $"{name}.branch7x7x3_2", $"{name}.branch7x7x3_3", $"{name}.branch7x7x3_4"),
        F.max_pool2d(x, 3, 2));

    private Tensor E(string name, Tensor x, Func<Tensor, Tensor> pool)
    {
        var branch3x3 = Conv($"{name}.branch3x3_1", x);
        var branch3x3dbl = Chain(x, $"{name}.branch3x3dbl_1", $"{name}.branch3x3dbl_2");
        return Join(
            Conv($"{name}.branch1x1", x),
            Conv($"{name}.branch3x3_2a", branch3x3),
            Conv($"{name}.branch3x3_2b", branch3x3),
            Conv($"{name}.branch3x3dbl_3a", branch3x3dbl),
            Conv($"{name}.branch3x3dbl_3b", branch3x3dbl),
            Conv($"{name}.branch_pool", pool(x)));
    }

    private static Tensor AveragePool(Tensor x) => F.avg_pool2d(x, 3, stride: 1, padding: 1, count_include_pad: false);

    private static Tensor MaxPool(Tensor x) => F.max_pool2d(x, 3, stride: 1, padding: 1);

    private static Tensor Join(params Tensor[] branches) => cat(branches, 1);

    private Tensor Chain(Tensor x, params string[] names) => names.Aggregate(x, (y, name) => Conv(name, y));

    private Tensor Conv(string name, Tensor x) => _layers[name].Run(x);

    // A convolution with its batch normalisation folded in:  γ·(w∗x − μ)/√(σ² + ε) + β  =  (γ/√(σ² + ε)·w)∗x + (β − γ·μ/√(σ² + ε))
    private sealed record Layer(InceptionConv Shape, Tensor Weight, Tensor Bias) : IDisposable
    {
        public static Layer Fold(InceptionConv conv, Func<string, long[], float[]> values, Device device)
        {
            long[] shape = [conv.Out, conv.In, conv.KernelHeight, conv.KernelWidth];
            var weight = values($"{conv.Name}.conv.weight", shape);
            var gamma = values($"{conv.Name}.bn.weight", [conv.Out]);
            var beta = values($"{conv.Name}.bn.bias", [conv.Out]);
            var mean = values($"{conv.Name}.bn.running_mean", [conv.Out]);
            var variance = values($"{conv.Name}.bn.running_var", [conv.Out]);

            var folded = new float[weight.Length];
            var bias = new float[conv.Out];
            var fan = weight.Length / conv.Out;
            for (var o = 0; o < conv.Out; o++)
            {
                var scale = gamma[o] / Math.Sqrt(variance[o] + BatchNormEpsilon);
                for (var i = o * fan; i < (o + 1) * fan; i++) folded[i] = (float)(scale * weight[i]);
                bias[o] = (float)(beta[o] - scale * mean[o]);
            }
            using var scope = NewDisposeScope();
            return new(conv, Keep(tensor(folded).reshape(shape)), Keep(tensor(bias)));

            Tensor Keep(Tensor t) => t.to(device).DetachFromDisposeScope();
        }

        public Tensor Run(Tensor x) =>
            FastOps.conv2d_relu(x, Weight, Bias, Shape.Stride, Shape.PadHeight, Shape.PadWidth);

        public void Dispose()
        {
            Weight.Dispose();
            Bias.Dispose();
        }
    }
}
