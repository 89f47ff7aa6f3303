using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Parameters and running statistics of a normalisation over the batch.</summary>
    public abstract class NormBase : nn.Module<Tensor, Tensor>
    {
        private protected NormBase(long features, double eps, double momentum, bool affine, bool trackRunningStats,
            Device? device, ScalarType? dtype, string name) : base(name)
        {
            (num_features, this.eps, this.momentum) = (features, eps, momentum);
            if (affine)
            {
                register_parameter(nameof(weight), weight = new Parameter(ones(features, dtype, device)));
                register_parameter(nameof(bias), bias = new Parameter(zeros(features, dtype, device)));
            }
            if (trackRunningStats)
            {
                register_buffer(nameof(running_mean), running_mean = zeros(features, dtype, device));
                register_buffer(nameof(running_var), running_var = ones(features, dtype, device));
                register_buffer(nameof(num_batches_tracked), num_batches_tracked = tensor(0L, device: device));
            }
        }

        public long num_features { get; }
        public double eps { get; }
        public double? momentum { get; }
        public Parameter? weight { get; }
        public Parameter? bias { get; }
        public Tensor? running_mean { get; }
        public Tensor? running_var { get; }
        public Tensor? num_batches_tracked { get; }

        protected override void RegisterComponents() { }
    }

    /// <summary>Normalises each channel of [N, C, H, W] over N, H and W; with running statistics when not training.</summary>
    public sealed class BatchNorm2d : NormBase
    {
        internal BatchNorm2d(long features, double eps, double momentum, bool affine, bool trackRunningStats, Device? device, ScalarType? dtype)
            : base(features, eps, momentum, affine, trackRunningStats, device, dtype, nameof(BatchNorm2d)) { }

        public override Tensor forward(Tensor input)
        {
            if (input.ndim != 4)
                throw new ArgumentException($"{nameof(BatchNorm2d)} takes [N, C, H, W], not {input}.");
            if (training && num_batches_tracked is { } batches)
                using (no_grad())
                using (batches.add_(1)) { }
            return nn.functional.batch_norm(input, running_mean, running_var, weight, bias,
                training || running_mean is null, momentum!.Value, eps);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.BatchNorm2d BatchNorm2d(long num_features, double eps = 1e-5, double momentum = 0.1, bool affine = true,
                bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}
