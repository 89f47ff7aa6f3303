using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>What Conv2d and ConvTranspose2d share: weights and geometry. Initialised as in PyTorch, weight before bias.</summary>
    public abstract class Convolution : nn.Module<Tensor, Tensor>
    {
        private protected Convolution(string name, long[] weightShape, bool bias, long fanChannels, Geometry geometry,
            Device? device, ScalarType? dtype) : base(name)
        {
            (kernel_size, stride, padding, dilation, groups, padding_mode) = geometry;
            if (padding_mode is not (PaddingModes.Zeros or PaddingModes.Reflect or PaddingModes.Replicate or PaddingModes.Circular))
                throw new ArgumentException($"{name} cannot pad with {padding_mode}.");
            weight = new Parameter(empty(weightShape, dtype, device));
            if (bias)
                this.bias = new Parameter(empty(fanChannels, dtype, device));
            reset_parameters();
            register_parameter(nameof(weight), weight);
            register_parameter(nameof(bias), this.bias);
        }

        public Parameter weight { get; }
        public Parameter? bias { get; }
        public long[] kernel_size { get; }
        public long[] stride { get; }
        public long[] padding { get; }
        public long[] dilation { get; }
        public long groups { get; }
        public PaddingModes padding_mode { get; }

        /// <summary>Kaiming uniform with a = √5, which is uniform within 1/√fan-in, as PyTorch's layers start.</summary>
        public void reset_parameters()
        {
            nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
            if (bias is null)
                return;
            var (fanIn, _) = nn.init.CalculateFanInAndFanOut(weight);
            double bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
            nn.init.uniform_(bias, -bound, bound);
        }

        protected override void RegisterComponents() { }

        private protected sealed record Geometry(long[] Kernel, long[] Stride, long[] Padding, long[] Dilation, long Groups, PaddingModes Mode);
    }

    /// <summary>[N, in, H, W] → [N, out, H', W']; weight [out, in / groups, kh, kw].</summary>
    public sealed class Conv2d : Convolution
    {
        internal Conv2d(long inChannels, long outChannels, (long, long) kernel, (long, long) stride, (long, long) padding,
            (long, long) dilation, PaddingModes mode, long groups, bool bias, Device? device, ScalarType? dtype)
            : base(nameof(Conv2d), [outChannels, inChannels / groups, kernel.Item1, kernel.Item2], bias, outChannels,
                new([kernel.Item1, kernel.Item2], [stride.Item1, stride.Item2], [padding.Item1, padding.Item2],
                    [dilation.Item1, dilation.Item2], groups, mode), device, dtype) { }

        public override Tensor forward(Tensor input)
        {
            if (padding_mode == PaddingModes.Zeros)
                return nn.functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
            using var padded = nn.functional.pad(input, [padding[1], padding[1], padding[0], padding[0]], padding_mode);
            return nn.functional.conv2d(padded, weight, bias, stride, [0, 0], dilation, groups);
        }
    }

    /// <summary>[N, in, H, W] → [N, out, H', W']; weight [in, out / groups, kh, kw].</summary>
    public sealed class ConvTranspose2d : Convolution
    {
        private readonly long[] _outputPadding;

        internal ConvTranspose2d(long inChannels, long outChannels, (long, long) kernel, (long, long) stride, (long, long) padding,
            (long, long) outputPadding, (long, long) dilation, PaddingModes mode, long groups, bool bias, Device? device, ScalarType? dtype)
            : base(nameof(ConvTranspose2d), [inChannels, outChannels / groups, kernel.Item1, kernel.Item2], bias, outChannels,
                new([kernel.Item1, kernel.Item2], [stride.Item1, stride.Item2], [padding.Item1, padding.Item2],
                    [dilation.Item1, dilation.Item2], groups, mode), device, dtype)
        {
            if (mode != PaddingModes.Zeros)
                throw new ArgumentException($"{nameof(ConvTranspose2d)} pads with zeros only, not {mode}.");
            _outputPadding = [outputPadding.Item1, outputPadding.Item2];
        }

        public override Tensor forward(Tensor input) =>
            nn.functional.conv_transpose2d(input, weight, bias, stride, padding, _outputPadding, dilation, groups);
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0,
                long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
                Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding),
                    (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null,
                (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros,
                long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, stride ?? (1, 1), padding ?? (0, 0), dilation ?? (1, 1),
                    padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1,
                long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
                Device? device = null, ScalarType? dtype = null)
            {
                if (padding == Padding.Same && (stride != 1 || dilation * (kernel_size - 1) % 2 != 0))
                    throw new ArgumentException($"Padding.Same needs stride 1 and an odd kernel, not stride {stride} and kernel {kernel_size}.");
                long amount = padding == Padding.Same ? dilation * (kernel_size - 1) / 2 : 0;
                return Conv2d(in_channels, out_channels, kernel_size, stride, amount, dilation, padding_mode, groups, bias, device, dtype);
            }

            public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, long kernel_size, long stride = 1,
                long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros,
                long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding),
                    (output_padding, output_padding), (dilation, dilation), padding_mode, groups, bias, device, dtype);
        }
    }
}
