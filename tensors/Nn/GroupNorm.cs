using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Normalises groups of channels of [N, C, …] (Wu and He 2018); weight and bias [C].</summary>
    public sealed class GroupNorm : nn.Module<Tensor, Tensor>
    {
        internal GroupNorm(long groups, long channels, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(GroupNorm))
        {
            if (groups < 1 || channels % groups != 0)
                throw new ArgumentException($"{channels} channels do not divide into {groups} groups.");
            (num_groups, this.eps) = (groups, eps);
            if (!affine)
                return;
            register_parameter(nameof(weight), weight = new Parameter(ones(channels, dtype, device)));
            register_parameter(nameof(bias), bias = new Parameter(zeros(channels, dtype, device)));
        }

        public long num_groups { get; }
        public double eps { get; }
        public Parameter? weight { get; }
        public Parameter? bias { get; }

        public override Tensor forward(Tensor input) => nn.functional.group_norm(input, num_groups, weight, bias, eps);

        protected override void RegisterComponents() { }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.GroupNorm GroupNorm(long num_groups, long num_channels, double eps = 1e-5, bool affine = true,
                Device? device = null, ScalarType? dtype = null) => new(num_groups, num_channels, eps, affine, device, dtype);
        }
    }
}
