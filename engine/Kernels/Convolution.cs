using TorchSharp;
using static TorchSharp.torch;
using static IconDiffusion.Kernels.Memory;

namespace IconDiffusion.Kernels;

/// <summary>
/// Convolution, its gradient by the input and its gradient by the weight: each is linear in both of its arguments, and the gradients of
/// any of them are the other two, so the three kernels serve derivatives of every order.
/// </summary>
internal static unsafe class Convolution
{
    /// <summary>What a convolution is made with beside the shapes of its tensors.</summary>
    public readonly record struct Geometry(long Stride, long PadHeight, long PadWidth)
    {
        public NativeKernels.ConvShape Shape(long batch, (long C, long H, long W) input, (long C, long H, long W) output, (long H, long W) kernel) => new()
        {
            Batch = batch, InChannels = input.C, InHeight = input.H, InWidth = input.W,
            OutChannels = output.C, OutHeight = output.H, OutWidth = output.W,
            KernelHeight = kernel.H, KernelWidth = kernel.W, Stride = Stride, PadHeight = PadHeight, PadWidth = PadWidth,
        };
    }

    /// <summary>conv2d(x, weight) + bias.</summary>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias, Geometry geometry)
    {
        var y = Forward(x, weight, bias, geometry, relu: false);
        return GraphNode.IsNeeded(x, weight, bias)
            ? GraphNode.Record(y, [x, weight, bias], [x, weight], (saved, dy, needed) => Gradient(saved[0]!, saved[1]!, dy[0]!, needed, geometry))
            : y;
    }

    /// <summary>conv2d(x, weight) + bias, then max(0, ·) if <paramref name="relu"/>; no graph.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, Geometry geometry, bool relu)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (s, k) = (x.shape, weight.shape);
        var (height, width) = ((s[2] + 2 * geometry.PadHeight - k[2]) / geometry.Stride + 1, (s[3] + 2 * geometry.PadWidth - k[3]) / geometry.Stride + 1);
        var shape = geometry.Shape(s[0], (s[1], s[2], s[3]), (k[0], height, width), (k[2], k[3]));
        var y = EmptyImages(s[0], k[0], height, width);
        NativeKernels.Check(NativeKernels.icon_conv(
            &shape, Floats(Pixels(x)), Floats(weight.contiguous()), Floats(bias?.contiguous()), relu ? 1 : 0, Floats(y), Threads));
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient by the input of a convolution of [N,in,height,width], which is a transposed convolution of <paramref name="dy"/>.</summary>
    public static Tensor ByInput(Tensor dy, Tensor weight, long height, long width, Geometry geometry)
    {
        var dx = ByInputKernel(dy, weight, height, width, geometry);
        if (!GraphNode.IsNeeded(dy, weight)) return dx;
        return GraphNode.Record(dx, [dy, weight], [dy, weight], (saved, gradients, needed) =>
        {
            var (dy, weight, along) = (saved[0]!, saved[1]!, gradients[0]!);
            return
            [
                needed[0] ? Of(along, weight, null, geometry) : null,
                needed[1] ? ByWeight(along, dy, weight.shape[2], weight.shape[3], geometry) : null,
            ];
        });
    }

    private static Tensor ByWeight(Tensor x, Tensor dy, long kernelHeight, long kernelWidth, Geometry geometry)
    {
        var dweight = ByWeightKernel(x, dy, kernelHeight, kernelWidth, geometry, null);
        if (!GraphNode.IsNeeded(x, dy)) return dweight;
        return GraphNode.Record(dweight, [x, dy], [x, dy], (saved, gradients, needed) =>
        {
            var (x, dy, along) = (saved[0]!, saved[1]!, gradients[0]!);
            return
            [
                needed[0] ? ByInput(dy, along, x.shape[2], x.shape[3], geometry) : null,
                needed[1] ? Of(x, along, null, geometry) : null,
            ];
        });
    }

    private static Tensor?[] Gradient(Tensor x, Tensor weight, Tensor dy, bool[] needed, Geometry geometry)
    {
        var dx = needed[0] ? ByInput(dy, weight, x.shape[2], x.shape[3], geometry) : null;
        if (needed[1] && !is_grad_enabled())
        {
            // Both out of one pass over dy.
            var sums = needed[2] ? empty([weight.shape[0]], ScalarType.Float32) : null;
            return [dx, ByWeightKernel(x, dy, weight.shape[2], weight.shape[3], geometry, sums), sums];
        }
        return
        [
            dx,
            needed[1] ? ByWeight(x, dy, weight.shape[2], weight.shape[3], geometry) : null,
            needed[2] ? dy.sum([0L, 2, 3]) : null,
        ];
    }

    private static Tensor ByInputKernel(Tensor dy, Tensor weight, long height, long width, Geometry geometry)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (s, k) = (dy.shape, weight.shape);
        var shape = geometry.Shape(s[0], (k[1], height, width), (k[0], s[2], s[3]), (k[2], k[3]));
        var dx = EmptyImages(s[0], k[1], height, width);
        NativeKernels.Check(NativeKernels.icon_conv_by_input(&shape, Floats(Pixels(dy)), Floats(weight.contiguous()), Floats(dx), Threads));
        return dx.MoveToOuterDisposeScope();
    }

    private static Tensor ByWeightKernel(Tensor x, Tensor dy, long kernelHeight, long kernelWidth, Geometry geometry, Tensor? dbias)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (s, d) = (x.shape, dy.shape);
        var shape = geometry.Shape(s[0], (s[1], s[2], s[3]), (d[1], d[2], d[3]), (kernelHeight, kernelWidth));
        var dweight = empty([d[1], s[1], kernelHeight, kernelWidth], ScalarType.Float32);
        NativeKernels.Check(NativeKernels.icon_conv_by_weight(&shape, Floats(Pixels(x)), Floats(Pixels(dy)), Floats(dweight), Floats(dbias), Threads));
        return dweight.MoveToOuterDisposeScope();
    }
}
