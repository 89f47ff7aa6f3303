using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Writing over the data in place, and tensors like this one.
    public partial class Tensor
    {
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Aten.Call("copy_", this, source, nonBlocking);
        public Tensor fill_(Scalar value) => Aten.Call("fill_.Scalar", this, value);
        public Tensor zero_() => Aten.Call("zero_", this);
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Aten.Call("normal_", this, mean, std, generator);
        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            Aten.Call("uniform_", this, from, to, generator);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) =>
            Aten.Call("bernoulli_.float", this, p, generator);

        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("zeros_like", this, dtype, Arg.None, device).WithGrad(requires_grad);
        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("ones_like", this, dtype, Arg.None, device).WithGrad(requires_grad);
        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("empty_like", this, dtype, Arg.None, device).WithGrad(requires_grad);
        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("full_like", this, value, dtype, Arg.None, device).WithGrad(requires_grad);
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("rand_like", this, dtype, Arg.None, device).WithGrad(requires_grad);
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("randn_like", this, dtype, Arg.None, device).WithGrad(requires_grad);
        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("new_zeros", this, size, dtype, Arg.None, device).WithGrad(requires_grad);
    }
}
