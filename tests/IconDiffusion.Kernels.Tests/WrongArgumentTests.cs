using System.Runtime.InteropServices;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels.Tests;

/// <summary>Whatever comes, an operation gives a result or throws one managed exception; the process goes on.</summary>
public sealed class WrongArgumentTests
{
    private static readonly ScalarType[] Types =
        [ScalarType.Float32, ScalarType.Float32, ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Bool];

    [Fact]
    public void AThousandRandomShapesTypesAndDevices_EndInAResultOrAnException()
    {
        var random = new Random(3407);
        var refused = 0;
        for (var i = 0; i < 1000; i++)
        {
            using var scope = NewDisposeScope();
            try
            {
                Call(i % 13, random);
            }
            catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or ExternalException or ObjectDisposedException)
            {
                refused++;
            }
        }

        Assert.True(refused > 600, $"{refused} of 1000 were refused");
        Assert.Equal(4, FastOps.conv2d(ones(1, 1, 2, 2), ones(1, 1, 1, 1), null).sum().item<float>());
    }

    [Fact]
    public void ADisposedTensor_IsNamed()
    {
        var x = ones(1, 1, 2, 2);
        x.Dispose();

        Assert.Throws<ObjectDisposedException>(() => FastOps.channels_last(x));
    }

    private static void Call(int operation, Random random)
    {
        Tensor x = Any(random), a = Any(random), b = Any(random);
        var small = random.Next(-1, 4);
        var result = operation switch
        {
            0 => FastOps.conv2d(x, a, random.Next(2) == 0 ? null : b, small, small, small),
            1 => FastOps.group_norm_silu(x, small, a, b),
            2 => FastOps.group_norm_silu(x, 1, a, b, Any(random), random.Next(2) == 0 ? null : Any(random)),
            3 => FastOps.channel_norm(x, a, b),
            4 => FastOps.layer_norm_relu(x, a, b),
            5 => FastOps.linear_attention(x, small, 0.3),
            6 => FastOps.attention(x, small, 0.3),
            7 => FastOps.conv_transpose2d(x, a, small, small),
            8 => FastOps.fir2d(x, FirFilter.Binomial, small, small, small),
            9 => FastOps.linear(x, a, b),
            10 => FastOps.modulate(x, a),
            11 => FastOps.scaled_lrelu(x, a, b, null, small),
            _ => Step(x, a, b),
        };
        if (result.requires_grad) Gradients.Of(result.sum(), x);
    }

    private static Tensor Step(Tensor parameter, Tensor gradient, Tensor moment)
    {
        FastOps.adam_step([parameter.detach()], [gradient], [moment], [moment], new AdamSpec(), 1);
        return parameter;
    }

    private static Tensor Any(Random random)
    {
        long[] shape = [.. Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(5) == 0 ? 0L : random.Next(1, 7))];
        var device = random.Next(20) == 0 ? META : CPU;
        var tensor = zeros(shape, Types[random.Next(Types.Length)], device);
        return tensor.is_floating_point() && random.Next(2) == 0 ? tensor.requires_grad_() : tensor;
    }
}
