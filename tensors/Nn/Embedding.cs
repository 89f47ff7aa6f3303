using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Rows of a table by index: int64 [...] → [..., dims]; weight [rows, dims], normal at first.</summary>
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        internal Embedding(long rows, long dims, Device? device, ScalarType? dtype) : base(nameof(Embedding))
        {
            weight = new Parameter(empty(rows, dims, dtype, device));
            nn.init.normal_(weight);
            register_parameter(nameof(weight), weight);
        }

        public Parameter weight { get; }

        public override Tensor forward(Tensor input) => Native.Aten.Call("embedding", weight, input);

        protected override void RegisterComponents() { }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Embedding Embedding(long num_embeddings, long embedding_dims, Device? device = null, ScalarType? dtype = null) =>
                new(num_embeddings, embedding_dims, device, dtype);
        }
    }
}
