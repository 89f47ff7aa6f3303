using static TorchSharp.torch;
using static IconDiffusion.Kernels.Memory;

namespace IconDiffusion.Kernels;

/// <summary>The kernels behind <see cref="FastOps.layer_norm_relu"/>, which is differentiable twice.</summary>
internal static unsafe class LayerNorm
{
    public static Tensor Relu(Tensor x, Tensor weight, Tensor bias, double eps)
    {
        var (y, stats) = Forward(x, weight, bias, eps);
        if (GraphNode.IsNeeded(x, weight, bias))
            y = GraphNode.Record(
                y, [x, weight, bias], [x, weight, bias, stats],
                (saved, dy, _) => Gradient(saved[0]!, saved[1]!, saved[2]!, saved[3]!, dy[0]!));
        stats.Dispose();
        return y;
    }

    private static (Tensor Y, Tensor Stats) Forward(Tensor x, Tensor weight, Tensor bias, double eps)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shape = Sizes(x);
        var (y, stats) = (EmptyLike(x), empty([2, shape.Samples], ScalarType.Float64));
        NativeKernels.Check(NativeKernels.icon_layer_norm_relu(
            &shape, Floats(Pixels(x)), Floats(weight.contiguous()), Floats(bias.contiguous()), eps, Floats(y), Doubles(stats), Threads));
        return (y.MoveToOuterDisposeScope(), stats.MoveToOuterDisposeScope());
    }

    // dx, dweight and dbias, as a step of their own where they are to be differentiated.
    private static Tensor?[] Gradient(Tensor x, Tensor weight, Tensor bias, Tensor stats, Tensor dy)
    {
        Tensor dx, parameters, sums;
        using (no_grad())
        {
            var shape = Sizes(x);
            (dx, sums) = (EmptyLike(x), empty([shape.Samples, 2, shape.Channels], ScalarType.Float64));
            NativeKernels.Check(NativeKernels.icon_layer_norm_relu_gradient(
                &shape, Floats(Pixels(x)), Floats(Pixels(dy)), Floats(weight.contiguous()), Floats(bias.contiguous()), Doubles(stats),
                Floats(dx), Doubles(sums), Threads));
            parameters = sums.sum([0L]).to(ScalarType.Float32);
        }
        // Copies, as outputs of a step may not share memory.
        Tensor[] gradients = [dx, parameters[1].clone(), parameters[0].clone()];
        return GraphNode.IsNeeded(x, weight, bias, dy)
            ? GraphNode.Record(gradients, [dy, x, weight, bias], [dy, x, weight, bias, stats, sums], SecondGradient)
            : gradients;
    }

    private static Tensor?[] SecondGradient(Tensor?[] saved, Tensor?[] directions, bool[] needed)
    {
        if (is_grad_enabled()) throw new NotSupportedException("layer_norm_relu: a third derivative was asked for; it has two");
        var (dy, x, weight, bias, stats, sums) = (saved[0]!, saved[1]!, saved[2]!, saved[3]!, saved[4]!, saved[5]!);
        var v = directions[0] ?? zeros_like(x);
        var shape = Sizes(x);
        var (ddy, dx) = (EmptyLike(x), EmptyLike(x));
        var dweight = empty([shape.Samples, shape.Channels], ScalarType.Float64);
        NativeKernels.Check(NativeKernels.icon_layer_norm_relu_second(
            &shape, Floats(Pixels(x)), Floats(Pixels(dy)), Floats(Pixels(v)), Floats(weight.contiguous()), Floats(bias.contiguous()),
            Doubles(stats), Doubles(sums), Floats(ddy), Floats(dx), Doubles(dweight), Threads));
        if (directions[1] is not null || directions[2] is not null)
        {
            var (more, other) = OfParameters(directions[1], directions[2], dy, x, weight, bias, stats);
            (ddy, dx) = (ddy + more, dx + other);
        }
        return [ddy, dx, dweight.sum([0L]).to(ScalarType.Float32), null];
    }

    // The gradients by dy and x of dweight · v_weight + dbias · v_bias, which penalties on the icon's gradient have no use for.
    private static (Tensor Dy, Tensor X) OfParameters(
        Tensor? alongWeight, Tensor? alongBias, Tensor dy, Tensor x, Tensor weight, Tensor bias, Tensor stats)
    {
        var h = (x - PerSample(0)) * PerSample(1);
        var mask = (h * PerChannel(weight) + PerChannel(bias)).gt(0);
        var scale = alongWeight is null ? zeros(1, 1, 1, 1) : PerChannel(alongWeight);
        var move = alongBias is null ? zeros(1, 1, 1, 1) : PerChannel(alongBias);
        var k = dy * mask * scale;
        long[] all = [1, 2, 3];
        return (mask * (h * scale + move), PerSample(1) * (k - k.mean(all, true) - h * (k * h).mean(all, true)));

        Tensor PerSample(long which) => stats[which].to(ScalarType.Float32).reshape(-1, 1, 1, 1);
        static Tensor PerChannel(Tensor values) => values.reshape(1, -1, 1, 1);
    }
}
