using static TorchSharp.torch;
using static IconDiffusion.Kernels.Memory;

namespace IconDiffusion.Kernels;

/// <summary>The kernels behind <see cref="FastOps.modulate"/> and <see cref="FastOps.scaled_lrelu"/>, differentiable any number of times.</summary>
internal static unsafe class Style
{
    /// <summary>x·styles. Modulation and <see cref="ChannelDot"/> are each linear in both arguments, and each other's gradients.</summary>
    public static Tensor Modulate(Tensor x, Tensor styles)
    {
        Tensor y;
        using (no_grad())
        using (var scope = NewDisposeScope())
        {
            var shape = Sizes(x);
            y = EmptyLike(x);
            NativeKernels.Check(NativeKernels.icon_modulate(&shape, Floats(Pixels(x)), Floats(styles.contiguous()), Floats(y), Threads));
            y.MoveToOuterDisposeScope();
        }
        if (!GraphNode.IsNeeded(x, styles)) return y;
        return GraphNode.Record(y, [x, styles], [x, styles], (saved, dy, needed) =>
        [
            needed[0] ? Modulate(dy[0]!, saved[1]!) : null,
            needed[1] ? ChannelDot(dy[0]!, saved[0]!) : null,
        ]);
    }

    public static Tensor ScaledLrelu(Tensor x, Tensor? scale, Tensor? noise, Tensor? bias, double slope, double gain)
    {
        var y = ActivationForward(x, scale, noise, bias, slope, gain);
        if (!GraphNode.IsNeeded(x, scale, noise, bias)) return y;
        var noises = noise?.shape[0] ?? 0;
        using var sign = y.detach();
        return GraphNode.Record(y, [x, scale, noise, bias], [scale is null ? null : x, scale, sign], (saved, dy, needed) =>
            is_grad_enabled()
                ? ActivationGradientOfParts(saved[0], saved[1], saved[2]!, noises, dy[0]!, needed, gain, gain * slope)
                : ActivationGradient(saved[0], saved[1], saved[2]!, noises, dy[0]!, needed, gain, gain * slope));
    }

    // [N,C,H,W] each to [N,C]: the sums over the pixels of a·b.
    private static Tensor ChannelDot(Tensor a, Tensor b)
    {
        Tensor sums;
        using (no_grad())
        using (var scope = NewDisposeScope())
        {
            var shape = Sizes(a);
            sums = empty([shape.Samples, shape.Channels], ScalarType.Float32);
            NativeKernels.Check(NativeKernels.icon_channel_dot(&shape, Floats(Pixels(a)), Floats(Pixels(b)), Floats(sums), Threads));
            sums.MoveToOuterDisposeScope();
        }
        if (!GraphNode.IsNeeded(a, b)) return sums;
        return GraphNode.Record(sums, [a, b], [a, b], (saved, gradients, needed) =>
        [
            needed[0] ? Modulate(saved[1]!, gradients[0]!) : null,
            needed[1] ? Modulate(saved[0]!, gradients[0]!) : null,
        ]);
    }

    // dy·high where the activation's result y was positive, elsewhere dy·low: linear in dy, and y's sign is no function of anything.
    private static Tensor SlopeBy(Tensor y, Tensor dy, double high, double low)
    {
        Tensor h;
        using (no_grad())
        using (var scope = NewDisposeScope())
        {
            h = EmptyLike(dy);
            NativeKernels.Check(NativeKernels.icon_slope(dy.numel(), Floats(Pixels(y)), Floats(Pixels(dy)), high, low, Floats(h), Threads));
            h.MoveToOuterDisposeScope();
        }
        return GraphNode.IsNeeded(dy)
            ? GraphNode.Record(h, [dy], [y], (saved, gradients, _) => [SlopeBy(saved[0]!, gradients[0]!, high, low)])
            : h;
    }

    private static Tensor ActivationForward(Tensor x, Tensor? scale, Tensor? noise, Tensor? bias, double slope, double gain)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shape = Sizes(x);
        var y = EmptyLike(x);
        NativeKernels.Check(NativeKernels.icon_scaled_lrelu(
            &shape, Floats(Pixels(x)), Floats(scale?.contiguous()), Floats(noise?.contiguous()), noise?.shape[0] ?? 0,
            Floats(bias?.contiguous()), gain, gain * slope, Floats(y), Threads));
        return y.MoveToOuterDisposeScope();
    }

    // A step for each gradient, so that each can be differentiated.
    private static Tensor?[] ActivationGradientOfParts(
        Tensor? x, Tensor? scale, Tensor y, long noises, Tensor dy, bool[] needed, double high, double low)
    {
        var h = SlopeBy(y, dy, high, low);
        return
        [
            !needed[0] ? null : scale is null ? h : Modulate(h, scale),
            needed[1] ? ChannelDot(h, x!) : null,
            !needed[2] ? null : noises > 1 ? h.sum([1L], keepdim: true) : h.sum([0L, 1], keepdim: true),
            needed[3] ? h.sum([0L, 2, 3]) : null,
        ];
    }

    // All of them in one pass.
    private static Tensor?[] ActivationGradient(
        Tensor? x, Tensor? scale, Tensor y, long noises, Tensor dy, bool[] needed, double high, double low)
    {
        var shape = Sizes(y);
        var dx = EmptyLike(y);
        var dscale = needed[1] ? empty([shape.Samples, shape.Channels], ScalarType.Float32) : null;
        var dbias = needed[3] ? empty([shape.Samples, shape.Channels], ScalarType.Float32) : null;
        var pixels = needed[2] ? empty([shape.Samples, 1, y.shape[2], y.shape[3]], ScalarType.Float32) : null;
        NativeKernels.Check(NativeKernels.icon_scaled_lrelu_gradient(
            &shape, needed[1] ? Floats(Pixels(x!)) : null, Floats(Pixels(y)), Floats(Pixels(dy)), Floats(scale?.contiguous()), high, low,
            Floats(dx), Floats(dscale), Floats(dbias), Floats(pixels), Threads));
        return [dx, dscale, noises > 1 ? pixels : pixels?.sum([0L], keepdim: true), dbias?.sum([0L])];
    }
}
