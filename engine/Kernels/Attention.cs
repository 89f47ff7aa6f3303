using static TorchSharp.torch;
using static IconDiffusion.Kernels.Memory;

namespace IconDiffusion.Kernels;

/// <summary>The kernels behind <see cref="FastOps.linear_attention"/> and <see cref="FastOps.attention"/>; second derivatives are composed.</summary>
internal static unsafe class Attention
{
    /// <summary>The only number of channels of a head that has kernels.</summary>
    public const long HeadChannels = 32;

    public static Tensor Linear(Tensor qkv, long heads, double scale)
    {
        var (y, states) = LinearForward(qkv, heads, scale);
        if (GraphNode.IsNeeded(qkv))
            y = GraphNode.Record(y, [qkv], [qkv, states], (saved, dy, _) => is_grad_enabled()
                ? Composed.Gradient(saved[..1], dy[0]!, a => PlainOps.linear_attention(a[0]!, heads, scale))
                : [LinearGradient(saved[0]!, saved[1]!, heads, scale, dy[0]!)]);
        states.Dispose();
        return y;
    }

    public static Tensor Softmax(Tensor qkv, long heads, double scale)
    {
        var y = SoftmaxForward(qkv, heads, scale);
        return GraphNode.IsNeeded(qkv)
            ? GraphNode.Record(y, [qkv], [qkv], (saved, dy, _) => is_grad_enabled()
                ? Composed.Gradient(saved, dy[0]!, a => PlainOps.attention(a[0]!, heads, scale))
                : [SoftmaxGradient(saved[0]!, heads, scale, dy[0]!)])
            : y;
    }

    private static (Tensor Y, Tensor States) LinearForward(Tensor qkv, long heads, double scale)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shape = Sizes(qkv);
        var states = empty([shape.Samples, heads, NativeKernels.icon_linear_attention_state()], ScalarType.Float32);
        var y = EmptyResult(qkv);
        NativeKernels.Check(NativeKernels.icon_linear_attention(&shape, heads, scale, Floats(Pixels(qkv)), Floats(y), Floats(states), Threads));
        return (y.MoveToOuterDisposeScope(), states.MoveToOuterDisposeScope());
    }

    private static Tensor LinearGradient(Tensor qkv, Tensor states, long heads, double scale, Tensor dy)
    {
        var shape = Sizes(qkv);
        var dqkv = EmptyLike(qkv);
        NativeKernels.Check(NativeKernels.icon_linear_attention_gradient(
            &shape, heads, scale, Floats(Pixels(qkv)), Floats(Pixels(dy)), Floats(states), Floats(dqkv), Threads));
        return dqkv;
    }

    private static Tensor SoftmaxForward(Tensor qkv, long heads, double scale)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shape = Sizes(qkv);
        var y = EmptyResult(qkv);
        NativeKernels.Check(NativeKernels.icon_attention(&shape, heads, scale, Floats(Pixels(qkv)), Floats(y), Threads));
        return y.MoveToOuterDisposeScope();
    }

    private static Tensor SoftmaxGradient(Tensor qkv, long heads, double scale, Tensor dy)
    {
        var shape = Sizes(qkv);
        var dqkv = EmptyLike(qkv);
        NativeKernels.Check(NativeKernels.icon_attention_gradient(
            &shape, heads, scale, Floats(Pixels(qkv)), Floats(Pixels(dy)), Floats(dqkv), Threads));
        return dqkv;
    }

    private static Tensor EmptyResult(Tensor qkv)
    {
        var shape = qkv.shape;
        return EmptyImages(shape[0], shape[1] / 3, shape[2], shape[3]);
    }
}
