using static TorchSharp.torch;
using static IconDiffusion.Kernels.Memory;

namespace IconDiffusion.Kernels;

/// <summary>The kernel behind <see cref="FastOps.fir2d"/>; its gradient is itself the other way round, up for down.</summary>
internal static unsafe class Filter
{
    public static Tensor Apply(Tensor x, FirFilter filter, long up, long down, Margins padding, bool flip, double gain)
    {
        var y = Forward(x, filter, up, down, padding, flip, gain);
        if (!GraphNode.IsNeeded(x)) return y;
        var (height, width) = (x.shape[2], x.shape[3]);
        return GraphNode.Record(y, [x], [], (_, gradients, _) =>
        {
            var dy = gradients[0]!;
            var reverse = new Margins(
                filter.Length - padding.Left - 1, width * up - dy.shape[3] * down + padding.Left - up + 1,
                filter.Length - padding.Top - 1, height * up - dy.shape[2] * down + padding.Top - up + 1);
            return [Apply(dy, filter, down, up, reverse, !flip, gain)];
        });
    }

    private static Tensor Forward(Tensor x, FirFilter filter, long up, long down, Margins padding, bool flip, double gain)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var s = x.shape;
        var height = (s[2] * up + padding.Top + padding.Bottom - filter.Length) / down + 1;
        var width = (s[3] * up + padding.Left + padding.Right - filter.Length) / down + 1;
        var shape = new NativeKernels.Fir
        {
            Samples = s[0], Channels = s[1], InHeight = s[2], InWidth = s[3], OutHeight = height, OutWidth = width,
            Taps = filter.Length, Up = up, Down = down, Left = padding.Left, Top = padding.Top,
        };
        var y = EmptyImages(s[0], s[1], height, width);
        fixed (float* taps = filter.Taps)
            NativeKernels.Check(NativeKernels.icon_fir(&shape, taps, flip ? 1 : 0, gain, Floats(Pixels(x)), Floats(y), Threads));
        return y.MoveToOuterDisposeScope();
    }
}
