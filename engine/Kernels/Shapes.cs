using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>Checks of what operations are given: some wrong shapes end the process inside TorchSharp, and kernels trust theirs.</summary>
internal static class Shapes
{
    /// <summary>As <c>Float32 [2, 3, 8, 8]</c>.</summary>
    public static string Text(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]";

    /// <summary>[N,C,H,W] of real numbers.</summary>
    /// <returns>The shape.</returns>
    public static long[] CheckImages(Tensor x, string operation)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.IsInvalid) throw new ObjectDisposedException(nameof(x), $"{operation}: the tensor was disposed of.");
        if (x.dim() != 4 || !x.is_floating_point())
            throw new ArgumentException($"{operation}: {Text(x)} came; wanted floating-point [N,C,H,W].", nameof(x));
        return x.shape;
    }

    /// <summary>One of that shape, of the type and on the device of <paramref name="x"/>; none is right as well.</summary>
    public static void Check(Tensor? tensor, Tensor x, string operation, string name, params ReadOnlySpan<long> shape)
    {
        if (tensor is null) return;
        if (!tensor.shape.AsSpan().SequenceEqual(shape))
            throw new ArgumentException($"{operation}: {name} is {Text(tensor)}; wanted [{string.Join(", ", shape.ToArray())}] for {Text(x)}.", name);
        CheckKind(tensor, x, operation, name);
    }

    /// <summary>A convolution's arguments.</summary>
    public static void CheckConvolution(Tensor x, Tensor weight, Tensor? bias, long stride, long padHeight, long padWidth)
    {
        var s = CheckImages(x, "conv2d");
        var k = CheckImages(weight, "conv2d");
        if (k[1] != s[1] || stride < 1 || padHeight < 0 || padWidth < 0 || s[2] + 2 * padHeight < k[2] || s[3] + 2 * padWidth < k[3] || k[2] < 1 || k[3] < 1)
            throw new ArgumentException(
                $"conv2d: {Text(x)} cannot be convolved by {Text(weight)} with stride {stride} and padding {padHeight}, {padWidth}.");
        CheckKind(weight, x, "conv2d", nameof(weight));
        Check(bias, x, "conv2d", nameof(bias), k[0]);
    }

    /// <summary>A transposed convolution's arguments.</summary>
    /// <returns>The result's height and width.</returns>
    public static (long Height, long Width) CheckTransposed(Tensor x, Tensor weight, long stride, long padding)
    {
        var s = CheckImages(x, "conv_transpose2d");
        var k = CheckImages(weight, "conv_transpose2d");
        var (height, width) = ((s[2] - 1) * stride - 2 * padding + k[2], (s[3] - 1) * stride - 2 * padding + k[3]);
        if (k[0] != s[1] || stride < 1 || padding < 0 || height < 1 || width < 1)
            throw new ArgumentException($"conv_transpose2d: {Text(x)} and {Text(weight)} do not fit, with stride {stride} and padding {padding}.");
        CheckKind(weight, x, "conv_transpose2d", nameof(weight));
        return (height, width);
    }

    /// <summary>A linear layer's arguments.</summary>
    public static void CheckLinear(Tensor x, Tensor weight, Tensor? bias)
    {
        if (x.dim() != 2 || weight.dim() != 2 || x.shape[1] != weight.shape[1] || !x.is_floating_point())
            throw new ArgumentException($"linear: {Text(x)} and {Text(weight)} do not fit; wanted [N,in] and [out,in].");
        CheckKind(weight, x, "linear", nameof(weight));
        Check(bias, x, "linear", nameof(bias), weight.shape[0]);
    }

    /// <summary>Lists of an optimiser's tensors, which go in step.</summary>
    public static void CheckLists(string operation, IList<Tensor> parameters, params ReadOnlySpan<IList<Tensor>?> others)
    {
        foreach (var other in others)
        {
            if (other is null) continue;
            if (other.Count != parameters.Count)
                throw new ArgumentException($"{operation}: {parameters.Count} parameters came with lists of {other.Count}.");
            for (var i = 0; i < other.Count; i++)
                Check(other[i], parameters[i], operation, $"what goes with parameter {i}", parameters[i].shape);
        }
    }

    private static void CheckKind(Tensor tensor, Tensor x, string operation, string name)
    {
        if (tensor.dtype != x.dtype || tensor.device_type != x.device_type || tensor.device_index != x.device_index)
            throw new ArgumentException($"{operation}: {name} is {Text(tensor)} on {tensor.device} and meets {Text(x)} on {x.device}.", name);
    }
}
