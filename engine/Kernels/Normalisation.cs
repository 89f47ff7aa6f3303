using static TorchSharp.torch;
using static IconDiffusion.Kernels.Memory;

namespace IconDiffusion.Kernels;

/// <summary>The kernels behind <see cref="FastOps.group_norm_silu"/> and <see cref="FastOps.channel_norm"/>; second derivatives are composed.</summary>
internal static unsafe class Normalisation
{
    public static Tensor GroupNormSilu(Tensor x, long groups, Tensor weight, Tensor bias, Tensor? scale, Tensor? shift, double eps)
    {
        var (y, stats) = GroupNormForward(x, groups, weight, bias, scale, shift, eps);
        if (GraphNode.IsNeeded(x, weight, bias, scale, shift))
            y = GraphNode.Record(
                y, [x, weight, bias, scale, shift], [x, weight, bias, scale, shift, stats],
                (saved, dy, _) => is_grad_enabled()
                    ? Composed.Gradient(saved[..5], dy[0]!, a => PlainOps.group_norm_silu(a[0]!, groups, a[1]!, a[2]!, a[3], a[4], eps))
                    : GroupNormGradient(saved, groups, dy[0]!));
        stats.Dispose();
        return y;
    }

    public static Tensor ChannelNorm(Tensor x, Tensor g, Tensor b, double eps)
    {
        var (y, stats) = ChannelNormForward(x, g, b, eps);
        if (GraphNode.IsNeeded(x, g, b))
            y = GraphNode.Record(
                y, [x, g, b], [x, g, b, stats],
                (saved, dy, needed) => is_grad_enabled()
                    ? Composed.Gradient(saved[..3], dy[0]!, a => PlainOps.channel_norm(a[0]!, a[1]!, a[2]!, eps))
                    : ChannelNormGradient(saved, dy[0]!, needed));
        stats.Dispose();
        return y;
    }

    private static (Tensor Y, Tensor Stats) GroupNormForward(
        Tensor x, long groups, Tensor weight, Tensor bias, Tensor? scale, Tensor? shift, double eps)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shape = Sizes(x);
        var (y, stats) = (EmptyLike(x), empty([2, shape.Samples, groups], ScalarType.Float32));
        NativeKernels.Check(NativeKernels.icon_group_norm_silu(
            &shape, groups, Floats(Pixels(x)), Floats(weight.contiguous()), Floats(bias.contiguous()), Floats(scale?.contiguous()),
            Floats(shift?.contiguous()), eps, Floats(y), Floats(stats), Threads));
        return (y.MoveToOuterDisposeScope(), stats.MoveToOuterDisposeScope());
    }

    private static Tensor?[] GroupNormGradient(Tensor?[] saved, long groups, Tensor dy)
    {
        var (x, weight, bias, scale, shift, stats) = (saved[0]!, saved[1]!, saved[2]!, saved[3], saved[4], saved[5]!);
        var shape = Sizes(x);
        Tensor dx = EmptyLike(x), dweight = Dense(weight), dbias = Dense(bias);
        var (dscale, dshift) = scale is null ? (null, null) : (Dense(scale), Dense(scale));
        NativeKernels.Check(NativeKernels.icon_group_norm_silu_gradient(
            &shape, groups, Floats(Pixels(x)), Floats(Pixels(dy)), Floats(weight.contiguous()), Floats(bias.contiguous()),
            Floats(scale?.contiguous()), Floats(shift?.contiguous()), Floats(stats), Floats(dx), Floats(dweight), Floats(dbias),
            Floats(dscale), Floats(dshift), Threads));
        return [dx, dweight, dbias, dscale, dshift];
    }

    private static (Tensor Y, Tensor Stats) ChannelNormForward(Tensor x, Tensor g, Tensor b, double eps)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shape = Sizes(x);
        var (y, stats) = (EmptyLike(x), empty([shape.Samples * shape.Rows, 2], ScalarType.Float32));
        NativeKernels.Check(NativeKernels.icon_channel_norm(
            &shape, Floats(Pixels(x)), Floats(g.contiguous()), Floats(b.contiguous()), eps, Floats(y), Floats(stats), Threads));
        return (y.MoveToOuterDisposeScope(), stats.MoveToOuterDisposeScope());
    }

    private static Tensor?[] ChannelNormGradient(Tensor?[] saved, Tensor dy, bool[] needed)
    {
        var (x, g, b, stats) = (saved[0]!, saved[1]!, saved[2]!, saved[3]!);
        var shape = Sizes(x);
        var dx = needed[0] ? EmptyLike(x) : null;
        Tensor dg = Dense(g), db = Dense(b);
        NativeKernels.Check(NativeKernels.icon_channel_norm_gradient(
            &shape, Floats(Pixels(x)), Floats(Pixels(dy)), Floats(g.contiguous()), Floats(stats), Floats(dx), Floats(dg), Floats(db), Threads));
        return [dx, dg, db];
    }

    private static Tensor Dense(Tensor like) => empty(like.shape, ScalarType.Float32);
}
