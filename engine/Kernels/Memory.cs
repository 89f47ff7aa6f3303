using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>Tensors' memory as the kernels want it: float32 on the CPU, images [N,C,H,W] with their channels adjacent.</summary>
internal static unsafe class Memory
{
    /// <summary>Threads that the kernels use: as many as libtorch.</summary>
    public static int Threads => get_num_threads();

    /// <summary>Whether the kernels can take them: float32 on the CPU, none empty. What is not given is no obstacle.</summary>
    public static bool SuitsKernels(params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var tensor in tensors)
            if (tensor is not null && (tensor.device_type != DeviceType.CPU || tensor.dtype != ScalarType.Float32 || tensor.numel() == 0)) return false;
        return KernelLibrary.IsLoaded;
    }

    /// <summary>[N,H,W,C], dense: the memory of [N,C,H,W] where its channels are adjacent, else a copy.</summary>
    public static Tensor Pixels(Tensor images) => images.permute(0, 2, 3, 1).contiguous();

    /// <summary>[N,C,H,W] with adjacent channels, of no particular values.</summary>
    public static Tensor EmptyImages(long n, long c, long h, long w) => empty_strided([n, c, h, w], [h * w * c, 1, w * c, c], ScalarType.Float32);

    /// <summary>As above, with the shape of another.</summary>
    public static Tensor EmptyLike(Tensor images)
    {
        var shape = images.shape;
        return EmptyImages(shape[0], shape[1], shape[2], shape[3]);
    }

    /// <summary>The sizes of [N,C,H,W].</summary>
    public static NativeKernels.Images Sizes(Tensor images)
    {
        var shape = images.shape;
        return new() { Samples = shape[0], Channels = shape[1], Rows = shape[2] * shape[3] };
    }

    /// <summary>Where a dense tensor's values lie; null for none.</summary>
    public static float* Floats(Tensor? tensor) => tensor is null ? null : (float*)LibTorchSharp.THSTensor_data(tensor.Handle);

    /// <inheritdoc cref="Floats"/>
    public static double* Doubles(Tensor tensor) => (double*)LibTorchSharp.THSTensor_data(tensor.Handle);
}
