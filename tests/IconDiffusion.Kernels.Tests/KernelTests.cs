using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Kernels.Tests;

/// <summary>
/// The kernels in float32 against ordinary operations in float64, in values and in every gradient, for both memory
/// layouts. Differences are relative to the largest value, and allow a few hundred float32 roundings (6e-8 each), or a few
/// thousand for the Winograd transforms of wide convolutions, whose matrices amplify them.
/// </summary>
public sealed class KernelTests
{
    private const double Direct = 5e-6;
    private const double Winograd = 3e-5;

    [Theory]
    [InlineData(2, 3, 8, 9, 7, 7, 1, 3)]
    [InlineData(2, 8, 16, 8, 8, 3, 1, 1)]
    [InlineData(1, 64, 96, 12, 10, 3, 1, 1)]
    [InlineData(2, 32, 48, 8, 8, 1, 1, 0)]
    [InlineData(2, 16, 32, 8, 8, 4, 2, 1)]
    [InlineData(1, 17, 33, 5, 6, 3, 1, 1)]
    [InlineData(3, 20, 3, 6, 6, 1, 1, 0)]
    [InlineData(1, 32, 32, 9, 9, 3, 2, 0)]
    [InlineData(1, 32, 64, 7, 7, 3, 1, 0)]
    public void Conv2d_IsTheConvolution(int batch, int input, int output, int height, int width, int kernel, int stride, int padding) =>
        Agree(Winograd,
            ([batch, input, height, width], [output, input, kernel, kernel], [output]),
            a => FastOps.conv2d(a[0], a[1], a[2], stride, padding, padding),
            a => F.conv2d(a[0], a[1], a[2], strides: [stride, stride], padding: [padding, padding]));

    [Fact]
    public void Conv2d_WithoutBiasAndUnevenPadding_IsTheConvolution() =>
        Agree(Direct, ([2, 16, 9, 9], [24, 16, 1, 7], null),
            a => FastOps.conv2d(a[0], a[1], null, 1, 0, 3),
            a => F.conv2d(a[0], a[1], null, strides: [1, 1], padding: [0, 3]));

    [Fact]
    public void Conv2dRelu_IsTheConvolutionClampedAtZero()
    {
        using var scope = NewDisposeScope();
        using var guard = inference_mode();
        var (x, weight, bias) = (Random([2, 32, 9, 9], 1), Random([48, 32, 3, 3], 2), Random([48], 3));

        AssertClose(Winograd, F.conv2d(x, weight, bias, strides: [2, 2]).relu(),
            FastOps.conv2d_relu(x.to(float32), weight.to(float32), bias.to(float32), 2), "values");
    }

    [Theory]
    [InlineData(2, 16, 5, 7, 4)]
    [InlineData(1, 64, 8, 8, 8)]
    [InlineData(2, 24, 3, 3, 8)]
    public void GroupNormSilu_IsItsComposition(int batch, int channels, int height, int width, int groups)
    {
        Agree(Direct, ([batch, channels, height, width], [channels], [channels]),
            a => FastOps.group_norm_silu(a[0], groups, a[1], a[2]),
            a => F.group_norm(a[0], groups, a[1], a[2]).silu());
        Agree(Direct, ([batch, channels, height, width], [channels], [channels], [batch, channels], [batch, channels]),
            a => FastOps.group_norm_silu(a[0], groups, a[1], a[2], a[3], a[4]),
            a => (F.group_norm(a[0], groups, a[1], a[2]) * (PerChannel(a[3]) + 1) + PerChannel(a[4])).silu());

        static Tensor PerChannel(Tensor values) => values.unsqueeze(-1).unsqueeze(-1);
    }

    [Fact]
    public void WhatAGpuComputesInstead_IsTheSame()
    {
        Agree(Direct, ([2, 16, 5, 7], [16], [16], [2, 16], [2, 16]),
            a => PlainOps.FoldedGroupNormSilu(a[0], 4, a[1], a[2], a[3], a[4], 1e-5),
            a => PlainOps.group_norm_silu(a[0], 4, a[1], a[2], a[3], a[4], 1e-5));
        Agree(Direct, ([2, 16, 5, 7], [16], [16]),
            a => PlainOps.FoldedGroupNormSilu(a[0], 4, a[1], a[2], null, null, 1e-5),
            a => PlainOps.group_norm_silu(a[0], 4, a[1], a[2], null, null, 1e-5));
        Agree(Direct, ([2, 3 * 4 * 32, 6, 5], null, null),
            a => PlainOps.scaled_attention(a[0], 4, 0.3), a => PlainOps.attention(a[0], 4, 0.3));
    }

    [Fact]
    public void TheFoldedGroupNorm_KeepsTheChannelsAdjacent()
    {
        using var scope = NewDisposeScope();
        var y = PlainOps.FoldedGroupNormSilu(FastOps.channels_last(ones(2, 8, 3, 4)), 2, ones(8), zeros(8), null, null, 1e-5);

        Assert.Equal([96, 1, 32, 8], y.stride());
    }

    [Theory]
    [InlineData(2, 16, 5, 7)]
    [InlineData(1, 96, 8, 8)]
    [InlineData(2, 10, 1, 1)]
    public void ChannelNorm_IsItsComposition(int batch, int channels, int height, int width) =>
        Agree(Direct, ([batch, channels, height, width], [1, channels, 1, 1], [1, channels, 1, 1]),
            a => FastOps.channel_norm(a[0], a[1], a[2]),
            a =>
            {
                var centred = a[0] - a[0].mean([1], true);
                return centred * (centred.square().mean([1], true) + 1e-5).rsqrt() * a[1] + a[2];
            });

    [Theory]
    [InlineData(2, 16, 5, 7)]
    [InlineData(1, 24, 40, 40)]
    [InlineData(3, 5, 4, 4)]
    [InlineData(9, 2, 3, 3)]
    public void LayerNormRelu_IsItsComposition_TwiceDifferentiated(int batch, int channels, int height, int width)
    {
        Agree(Direct, ([batch, channels, height, width], [channels], [channels]), Fused, Plain);
        AgreeTwice([batch, channels, height, width], [channels], [channels], Fused, Plain);

        static Tensor Fused(Tensor[] a) => FastOps.layer_norm_relu(a[0], a[1], a[2]);
        static Tensor Plain(Tensor[] a) => F.group_norm(a[0], 1, a[1], a[2]).relu();
    }

    [Fact]
    public void LayerNormRelu_TellsWhatItDoesNotOffer()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(Random([1, 4, 2, 2], 1), channelsLast: true);
        var first = Gradients.Of(FastOps.layer_norm_relu(x, ones(4), zeros(4)).square().sum(), x, createGraph: true);

        var error = Assert.Throws<InvalidOperationException>(() => Gradients.Of(first.square().sum(), x, createGraph: true));

        Assert.Contains("a third derivative was asked for", error.Message);
    }

    [Theory]
    [InlineData(2, 4, 32, 6, 5)]
    [InlineData(1, 2, 32, 16, 16)]
    [InlineData(2, 2, 8, 4, 4)]
    public void LinearAttention_IsItsComposition(int batch, int heads, int dim, int height, int width) =>
        Agree(Direct, ([batch, 3 * heads * dim, height, width], null, null),
            a => FastOps.linear_attention(a[0], heads, 0.3),
            a =>
            {
                var (q, k, v) = Heads(a[0], heads);
                var context = k.softmax(-1).matmul(v.transpose(-2, -1));
                return context.transpose(-2, -1).matmul(q.softmax(-2) * 0.3).reshape(batch, heads * dim, height, width);
            });

    [Theory]
    [InlineData(2, 4, 32, 4, 5)]
    [InlineData(1, 2, 32, 12, 12)]
    [InlineData(2, 2, 8, 4, 4)]
    public void Attention_IsItsComposition(int batch, int heads, int dim, int height, int width) =>
        Agree(Direct, ([batch, 3 * heads * dim, height, width], null, null),
            a => FastOps.attention(a[0], heads, 0.3),
            a =>
            {
                var (q, k, v) = Heads(a[0], heads);
                var weights = (q * 0.3).transpose(-2, -1).matmul(k).softmax(-1);
                return v.matmul(weights.transpose(-2, -1)).reshape(batch, heads * dim, height, width);
            });

    [Theory]
    [InlineData(16, 16, 3, 1, 1, 6)]
    [InlineData(5, 7, 3, 1, 1, 6)]
    [InlineData(3, 16, 4, 2, 1, 8)]
    [InlineData(16, 8, 1, 1, 0, 5)]
    [InlineData(8, 8, 3, 2, 0, 7)]
    public void GradientsOfGradients_OfAConvolution_AreThoseOfItsDefinition(int input, int output, int kernel, int stride, int padding, int size) =>
        AgreeTwice([2, input, size, size], [output, input, kernel, kernel], [output],
            a => FastOps.conv2d(a[0], a[1], a[2], stride, padding, padding),
            a => F.conv2d(a[0], a[1], a[2], strides: [stride, stride], padding: [padding, padding]));

    // libtorch 2.10 gets the second gradient of a 1×1 convolution by its weight wrong on a CPU with AVX-512.
    [Theory]
    [InlineData(16, 16, 3, 1, 1, 6)]
    [InlineData(64, 96, 1, 1, 0, 8)]
    [InlineData(16, 32, 1, 2, 0, 8)]
    [InlineData(3, 16, 4, 2, 1, 8)]
    [InlineData(1, 1, 4, 1, 0, 9)]
    public void GradientsOfGradients_OfTheComposedConvolution_AreThoseOfItsDefinition(int input, int output, int kernel, int stride, int padding, int size) =>
        AgreeTwice([4, input, size, size], [output, input, kernel, kernel], [output],
            a => PlainOps.conv2d(a[0], a[1], a[2], stride, (padding, padding)),
            a => F.conv2d(a[0], a[1], a[2], strides: [stride, stride], padding: [padding, padding]));

    [Theory]
    [InlineData(16, 3, 4, 2, 1, 5)]
    [InlineData(12, 40, 4, 1, 0, 1)]
    [InlineData(8, 16, 3, 2, 0, 4)]
    [InlineData(16, 16, 3, 1, 1, 6)]
    public void ConvTranspose2d_IsTheTransposedConvolution(int input, int output, int kernel, int stride, int padding, int size)
    {
        Agree(Winograd, ([2, input, size, size], [input, output, kernel, kernel], null),
            a => FastOps.conv_transpose2d(a[0], a[1], stride, padding),
            a => F.conv_transpose2d(a[0], a[1], strides: [stride, stride], padding: [padding, padding]));
        AgreeTwice([2, input, size, size], [input, output, kernel, kernel], [1],
            a => FastOps.conv_transpose2d(a[0], a[1], stride, padding) + a[2],
            a => F.conv_transpose2d(a[0], a[1], strides: [stride, stride], padding: [padding, padding]) + a[2]);
    }

    [Fact]
    public void AdamStep_WithScaleAndAverage_FollowsItsFormula()
    {
        using var scope = NewDisposeScope();
        Tensor[] parameters = [Random([3, 5], 1), Random([40_000], 2)];
        Tensor[] gradients = [Random([3, 5], 3), Random([40_000], 4)];
        var (p, g) = (Floats(parameters), Floats(gradients));
        var (m, v, ema) = (p.Select(t => zeros_like(t)).ToArray(), p.Select(t => zeros_like(t)).ToArray(), Floats(parameters));
        var adam = new AdamSpec { LearningRate = 0.01, Beta1 = 0.9, Beta2 = 0.99, Epsilon = 1e-8 };
        FastOps.adam_step(p, g, m, v, adam, step: 1, grad_scale: 0.5, ema: ema, ema_decay: 0.9);

        for (int i = 0; i < 2; i++)
        {
            // At step 1 the corrected averages are the gradient and its square.
            var scaled = gradients[i] * 0.5;
            var moved = parameters[i] - 0.01 * scaled / (scaled.abs() + 1e-8);
            AssertClose(Direct, moved, p[i], "parameters");
            AssertClose(Direct, parameters[i].lerp(moved, tensor(0.1, float64)), ema[i], "average");
            AssertClose(Direct, scaled * 0.1, m[i], "first moment");
            AssertClose(Direct, scaled.square() * 0.01, v[i], "second moment");
        }
    }

    [Fact]
    public void GradNorm_IsTheNormOfAllTogether()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(13, FastOps.grad_norm([tensor([3f, 4f]), tensor([12f])]), 1e-12);
    }

    [Fact]
    public void ChannelsLast_ChangesTheLayoutAndNothingElse()
    {
        using var scope = NewDisposeScope();
        var x = Random([2, 3, 4, 5], 1);
        var y = FastOps.channels_last(x);

        Assert.Equal([60, 1, 15, 3], y.stride());
        Assert.True(x.Equals(y));
    }

    [Fact]
    public void Lists_OfDifferentLengths_AreRefused() =>
        Assert.Throws<ArgumentException>(() => FastOps.adam_step([zeros(1)], [], [], [], new AdamSpec(), 1));

    // Values and gradients of the fused operation on float32, in both layouts, against the plain one on float64.
    private static void Agree(double tolerance, (long[] X, long[]? A, long[]? B) shapes, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain) =>
        Agree(tolerance, new[] { shapes.X, shapes.A, shapes.B }.OfType<long[]>().ToArray(), fused, plain);

    private static void Agree(double tolerance, (long[] X, long[] A, long[] B, long[] C, long[] D) shapes, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain) =>
        Agree(tolerance, [shapes.X, shapes.A, shapes.B, shapes.C, shapes.D], fused, plain);

    private static void Agree(double tolerance, long[][] shapes, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain)
    {
        using var scope = NewDisposeScope();
        var inputs = shapes.Select((shape, i) => Random(shape, i + 1)).ToArray();
        var expected = plain(inputs);
        var weights = Random(expected.shape, 99).detach();
        var gradients = Gradients.Of([(expected * weights).sum()], inputs);

        foreach (bool channelsLast in new[] { false, true })
        {
            var floats = inputs.Select(input => Leaf(input, channelsLast && input.ndim == 4 && input.size(0) == shapes[0][0])).ToArray();
            var actual = fused(floats);
            var actualGradients = Gradients.Of([(actual * weights.to(float32)).sum()], floats);

            AssertClose(tolerance, expected, actual, "values");
            for (int i = 0; i < inputs.Length; i++)
                AssertClose(tolerance, gradients[i], actualGradients[i], $"gradient {i}");
        }
    }

    // The gradients of a gradient penalty, in which every order up to the second has its part. Cubes and squares of sums lose a
    // digit more than one convolution does.
    private static void AgreeTwice(long[] x, long[] weight, long[] bias, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain)
    {
        using var scope = NewDisposeScope();
        Tensor[] inputs = [Random(x, 1), Random(weight, 2), Random(bias, 3)];
        Tensor[] floats = [.. inputs.Select(input => Leaf(input, input.ndim == 4))];

        foreach (var (expected, actual) in Penalty(inputs, plain).Zip(Penalty(floats, fused)))
            AssertClose(10 * Winograd, expected, actual, "second gradient");

        static IEnumerable<Tensor> Penalty(Tensor[] inputs, Func<Tensor[], Tensor> f)
        {
            var first = Gradients.Of([f(inputs).pow(3).sum()], inputs, createGraph: true);
            return Gradients.Of([.. first.Select(gradient => gradient.square().sum())], inputs);
        }
    }

    private static void AssertClose(double tolerance, Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        double scale = Math.Max(expected.abs().max().item<double>(), 1e-30);
        double difference = (expected - actual.to(float64)).abs().max().item<double>() / scale;
        Assert.True(difference <= tolerance, $"{what} differ by {difference:E1} of the largest.");
    }

    private static Tensor Random(long[] shape, int seed)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, float64, generator: generator).requires_grad_();
    }

    private static Tensor Leaf(Tensor source, bool channelsLast)
    {
        var leaf = source.detach().to(float32);
        return (channelsLast ? FastOps.channels_last(leaf) : leaf).requires_grad_();
    }

    private static Tensor[] Floats(Tensor[] tensors) => Array.ConvertAll(tensors, t => t.detach().to(float32, copy: true));

    private static (Tensor Q, Tensor K, Tensor V) Heads(Tensor qkv, long heads)
    {
        var parts = qkv.chunk(3, 1);
        return (Split(parts[0]), Split(parts[1]), Split(parts[2]));

        Tensor Split(Tensor part) => part.reshape(part.size(0), heads, part.size(1) / heads, -1);
    }
}
