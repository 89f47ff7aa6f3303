using static TorchSharp.torch;

// One page rather than ten files: each of these is a function of nn.functional under a module's name.
namespace TorchSharp.Modules
{
    public sealed class ReLU(bool inplace) : nn.Module<Tensor, Tensor>(nameof(ReLU))
    {
        public bool inplace { get; set; } = inplace;
        public override Tensor forward(Tensor input) => nn.functional.relu(input, inplace);
    }

    public sealed class LeakyReLU(double negative_slope, bool inplace) : nn.Module<Tensor, Tensor>(nameof(LeakyReLU))
    {
        public double negative_slope { get; set; } = negative_slope;
        public bool inplace { get; set; } = inplace;
        public override Tensor forward(Tensor input) => nn.functional.leaky_relu(input, negative_slope, inplace);
    }

    public sealed class SiLU() : nn.Module<Tensor, Tensor>(nameof(SiLU))
    {
        public override Tensor forward(Tensor input) => input.silu();
    }

    public sealed class GELU() : nn.Module<Tensor, Tensor>(nameof(GELU))
    {
        public override Tensor forward(Tensor input) => input.gelu();
    }

    public sealed class Tanh() : nn.Module<Tensor, Tensor>(nameof(Tanh))
    {
        public override Tensor forward(Tensor input) => input.tanh();
    }

    public sealed class Sigmoid() : nn.Module<Tensor, Tensor>(nameof(Sigmoid))
    {
        public override Tensor forward(Tensor input) => input.sigmoid();
    }

    public sealed class Identity() : nn.Module<Tensor, Tensor>(nameof(Identity))
    {
        public override Tensor forward(Tensor input) => input.alias();
    }

    public sealed class Flatten(long start_dim, long end_dim) : nn.Module<Tensor, Tensor>(nameof(Flatten))
    {
        public override Tensor forward(Tensor input) => input.flatten(start_dim, end_dim);
    }

    /// <summary>Zeroes elements with probability p while training, and scales the rest by 1 / (1 − p).</summary>
    public sealed class Dropout(double p, bool inplace) : nn.Module<Tensor, Tensor>(nameof(Dropout))
    {
        public double p { get; set; } = p;
        public override Tensor forward(Tensor input) => nn.functional.dropout(input, p, training, inplace);
    }

    public sealed class Upsample(long[]? size, double[]? scale_factor, UpsampleMode mode, bool? align_corners)
        : nn.Module<Tensor, Tensor>(nameof(Upsample))
    {
        public override Tensor forward(Tensor input) =>
            nn.functional.interpolate(input, size, scale_factor, (InterpolationMode)mode, align_corners);
    }

    public sealed class AvgPool2d(long kernel_size, long? stride, long padding, bool ceil_mode, bool count_include_pad)
        : nn.Module<Tensor, Tensor>(nameof(AvgPool2d))
    {
        public override Tensor forward(Tensor input) =>
            nn.functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad);
    }

    public sealed class MaxPool2d(long kernel_size, long? stride, long? padding, long? dilation, bool ceil_mode)
        : nn.Module<Tensor, Tensor>(nameof(MaxPool2d))
    {
        public override Tensor forward(Tensor input) =>
            nn.functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);
    }

    public sealed class AdaptiveAvgPool2d(long[] output_size) : nn.Module<Tensor, Tensor>(nameof(AdaptiveAvgPool2d))
    {
        public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool2d(input, output_size);
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static ReLU ReLU(bool inplace = false) => new(inplace);
            public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);
            public static SiLU SiLU() => new();
            public static GELU GELU() => new();
            public static Tanh Tanh() => new();
            public static Sigmoid Sigmoid() => new();
            public static Identity Identity() => new();
            public static Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);
            public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static Upsample Upsample(long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest,
                bool? align_corners = null, bool? recompute_scale_factor = null) =>
                recompute_scale_factor is true
                    ? throw new ArgumentException("recompute_scale_factor is not offered; give the size instead.", nameof(recompute_scale_factor))
                    : new(size, scale_factor, mode, align_corners);

            public static AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false,
                bool count_include_pad = true) => new(kernel_size, stride, padding ?? 0, ceil_mode, count_include_pad);

            public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) => new(kernel_size, stride, padding, dilation, ceil_mode);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new([output_size, output_size]);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size) => new(output_size);
        }
    }
}
