using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IconDiffusion.Kernels;

/// <summary>The C interface of native/icon_kernels.h, name for name; see there for what each function computes.</summary>
internal static unsafe partial class NativeKernels
{
    internal const string Library = "icon_kernels";

    /// <summary>The interface this assembly was written against; native/errors.cpp holds the other copy.</summary>
    internal const int AbiVersion = 1;

    /// <summary>The sizes of one convolution of [batch,in,h,w] by [out,in,kh,kw].</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ConvShape
    {
        public long Batch, InChannels, InHeight, InWidth, OutChannels, OutHeight, OutWidth;
        public long KernelHeight, KernelWidth, Stride, PadHeight, PadWidth;
    }

    /// <summary>[Samples,C,H,W] with H·W rows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Images
    {
        public long Samples, Channels, Rows;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Fir
    {
        public long Samples, Channels, InHeight, InWidth, OutHeight, OutWidth, Taps, Up, Down, Left, Top;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct AdamTensor
    {
        public float* P, G, M, V, Ema;
        public long Count;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct AdamFactors
    {
        public float Beta1, OneMinusBeta1, Beta2, OneMinusBeta2, StepSize, SqrtCorrection2, Eps, GradScale, EmaRate;
    }

    /// <summary>Throws what a function of the library returned as an error.</summary>
    internal static void Check(int status)
    {
        if (status != 0)
            throw new InvalidOperationException($"A CPU kernel failed: {Marshal.PtrToStringUTF8((IntPtr)icon_error())}.");
    }

    [LibraryImport(Library)] private static partial byte* icon_error();
    [LibraryImport(Library)] internal static partial int icon_abi_version();
    [LibraryImport(Library)] internal static partial int icon_pool_threads();

    [LibraryImport(Library)]
    internal static partial int icon_conv(ConvShape* shape, float* x, float* weight, float* bias, int relu, float* y, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_conv_by_input(ConvShape* shape, float* dy, float* weight, float* dx, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_conv_by_weight(ConvShape* shape, float* x, float* dy, float* dweight, float* dbias, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_group_norm_silu(
        Images* shape, long groups, float* x, float* weight, float* bias, float* scale, float* shift, double eps, float* y, float* stats,
        int threads);

    [LibraryImport(Library)]
    internal static partial int icon_group_norm_silu_gradient(
        Images* shape, long groups, float* x, float* dy, float* weight, float* bias, float* scale, float* shift, float* stats, float* dx,
        float* dweight, float* dbias, float* dscale, float* dshift, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_channel_norm(
        Images* shape, float* x, float* g, float* b, double eps, float* y, float* stats, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_channel_norm_gradient(
        Images* shape, float* x, float* dy, float* g, float* stats, float* dx, float* dg, float* db, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_layer_norm_relu(
        Images* shape, float* x, float* weight, float* bias, double eps, float* y, double* stats, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_layer_norm_relu_gradient(
        Images* shape, float* x, float* dy, float* weight, float* bias, double* stats, float* dx, double* sums, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_layer_norm_relu_second(
        Images* shape, float* x, float* dy, float* v, float* weight, float* bias, double* stats, double* sums, float* ddy, float* dx,
        double* dweight, int threads);

    [LibraryImport(Library)] internal static partial long icon_linear_attention_state();

    [LibraryImport(Library)]
    internal static partial int icon_linear_attention(Images* shape, long heads, double scale, float* qkv, float* y, float* states, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_linear_attention_gradient(
        Images* shape, long heads, double scale, float* qkv, float* dy, float* states, float* dqkv, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_attention(Images* shape, long heads, double scale, float* qkv, float* y, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_attention_gradient(
        Images* shape, long heads, double scale, float* qkv, float* dy, float* dqkv, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_fir(Fir* shape, float* taps, int flip, double gain, float* x, float* y, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_modulate(Images* shape, float* x, float* styles, float* y, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_channel_dot(Images* shape, float* a, float* b, float* sums, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_scaled_lrelu(
        Images* shape, float* x, float* scale, float* noise, long noiseSamples, float* bias, double high, double low, float* y, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_slope(long count, float* y, float* dy, double high, double low, float* h, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_scaled_lrelu_gradient(
        Images* shape, float* x, float* y, float* dy, float* scale, double high, double low, float* dx, float* dscale, float* dbias,
        float* dnoise, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_adam_step(AdamTensor* tensors, long count, AdamFactors* factors, int threads);

    [LibraryImport(Library)]
    internal static partial int icon_norm(float** tensors, long* sizes, long count, double* norm, int threads);
}
