using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Functions of each element.
    public partial class Tensor
    {
        public Tensor abs() => Aten.Call("abs", this);
        public Tensor abs_() => Aten.Call("abs_", this);
        public Tensor neg() => Aten.Call("neg", this);
        public Tensor neg_() => Aten.Call("neg_", this);
        public Tensor sign() => Aten.Call("sign", this);
        public Tensor floor() => Aten.Call("floor", this);
        public Tensor ceil() => Aten.Call("ceil", this);
        public Tensor round(long decimals = 0) => Aten.Call("round.decimals", this, decimals);
        public Tensor reciprocal() => Aten.Call("reciprocal", this);
        public Tensor square() => Aten.Call("square", this);
        public Tensor sqrt() => Aten.Call("sqrt", this);
        public Tensor sqrt_() => Aten.Call("sqrt_", this);
        public Tensor rsqrt() => Aten.Call("rsqrt", this);
        public Tensor exp() => Aten.Call("exp", this);
        public Tensor exp_() => Aten.Call("exp_", this);
        public Tensor log() => Aten.Call("log", this);
        public Tensor log1p() => Aten.Call("log1p", this);
        public Tensor log2() => Aten.Call("log2", this);
        public Tensor log10() => Aten.Call("log10", this);
        public Tensor sin() => Aten.Call("sin", this);
        public Tensor cos() => Aten.Call("cos", this);
        public Tensor tan() => Aten.Call("tan", this);
        public Tensor tanh() => Aten.Call("tanh", this);
        public Tensor erf() => Aten.Call("erf", this);
        public Tensor sigmoid() => Aten.Call("sigmoid", this);
        public Tensor relu() => Aten.Call("relu", this);
        public Tensor relu_() => Aten.Call("relu_", this);
        public Tensor silu() => Aten.Call("silu", this);
        public Tensor gelu() => Aten.Call("gelu", this);
        public Tensor isnan() => Aten.Call("isnan", this);
        public Tensor isinf() => Aten.Call("isinf", this);
        public Tensor isfinite() => Aten.Call("isfinite", this);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.Call("clamp", this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Aten.Call("clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Aten.Call("clamp_", this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Aten.Call("clamp_.Tensor", this, min, max);
        public Tensor clamp_min(Scalar min) => Aten.Call("clamp_min", this, min);
        public Tensor clamp_max(Scalar max) => Aten.Call("clamp_max", this, max);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.Call("softmax.int", this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.Call("log_softmax.int", this, dim, dtype);
        public Tensor cumsum(long dim, ScalarType? type = null) => Aten.Call("cumsum", this, dim, type);
        public Tensor cumprod(long dim, ScalarType? type = null) => Aten.Call("cumprod", this, dim, type);

        /// <summary>Elements of this where the condition holds, of y elsewhere.</summary>
        public Tensor where(Tensor condition, Tensor y) => Aten.Call("where.self", condition, this, y);
        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.Call("masked_fill.Scalar", this, mask, value);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Aten.Call("masked_fill_.Scalar", this, mask, value);
        public Tensor tril(long diagonal = 0) => Aten.Call("tril", this, diagonal);
        public Tensor triu(long diagonal = 0) => Aten.Call("triu", this, diagonal);
    }
}
