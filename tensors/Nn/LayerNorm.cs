using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Normalises the last dimensions, whose sizes are normalized_shape (Ba et al. 2016).</summary>
    public sealed class LayerNorm : nn.Module<Tensor, Tensor>
    {
        internal LayerNorm(long[] shape, double eps, bool affine, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
        {
            (normalized_shape, this.eps) = (shape, eps);
            if (affine)
                register_parameter(nameof(weight), weight = new Parameter(ones(shape, dtype, device)));
            if (affine && hasBias)
                register_parameter(nameof(bias), bias = new Parameter(zeros(shape, dtype, device)));
        }

        public long[] normalized_shape { get; }
        public double eps { get; }
        public Parameter? weight { get; }
        public Parameter? bias { get; }

        public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, normalized_shape, weight, bias, eps);

        protected override void RegisterComponents() { }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-5, bool elementwise_affine = true,
                bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(normalized_shape, eps, elementwise_affine, bias, device, dtype);

            public static Modules.LayerNorm LayerNorm(long normalized_shape, double eps = 1e-5, bool elementwise_affine = true,
                bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new([normalized_shape], eps, elementwise_affine, bias, device, dtype);
        }
    }
}
