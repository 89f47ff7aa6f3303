using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

/// <summary>Each operation against values worked out by hand.</summary>
public sealed class OperatorTests
{
    public static TheoryData<string, Func<Tensor, Tensor>, double[]> OnThreeNumbers => new()
    {
        // x = [-1.5, 0.5, 2]
        { "abs", x => x.abs(), [1.5, 0.5, 2] },
        { "neg", x => -x, [1.5, -0.5, -2] },
        { "sign", x => x.sign(), [-1, 1, 1] },
        { "floor", x => x.floor(), [-2, 0, 2] },
        { "ceil", x => x.ceil(), [-1, 1, 2] },
        { "round", x => (x * 1.26).round(1), [-1.9, 0.6, 2.5] },
        { "reciprocal", x => x.reciprocal(), [-2 / 3.0, 2, 0.5] },
        { "square", x => x.square(), [2.25, 0.25, 4] },
        { "sqrt of square", x => x.square().sqrt(), [1.5, 0.5, 2] },
        { "rsqrt", x => x.square().rsqrt(), [2 / 3.0, 2, 0.5] },
        { "exp", x => x.exp(), [Math.Exp(-1.5), Math.Exp(0.5), Math.Exp(2)] },
        { "log", x => x.abs().log(), [Math.Log(1.5), Math.Log(0.5), Math.Log(2)] },
        { "log1p", x => x.abs().log1p(), [Math.Log(2.5), Math.Log(1.5), Math.Log(3)] },
        { "log2", x => x.abs().log2(), [Math.Log2(1.5), -1, 1] },
        { "log10", x => x.abs().log10(), [Math.Log10(1.5), Math.Log10(0.5), Math.Log10(2)] },
        { "sin", x => x.sin(), [Math.Sin(-1.5), Math.Sin(0.5), Math.Sin(2)] },
        { "cos", x => x.cos(), [Math.Cos(-1.5), Math.Cos(0.5), Math.Cos(2)] },
        { "tan", x => x.tan(), [Math.Tan(-1.5), Math.Tan(0.5), Math.Tan(2)] },
        { "tanh", x => x.tanh(), [Math.Tanh(-1.5), Math.Tanh(0.5), Math.Tanh(2)] },
        { "sigmoid", x => x.sigmoid(), [1 / (1 + Math.Exp(1.5)), 1 / (1 + Math.Exp(-0.5)), 1 / (1 + Math.Exp(-2))] },
        { "silu", x => x.silu(), [-1.5 / (1 + Math.Exp(1.5)), 0.5 / (1 + Math.Exp(-0.5)), 2 / (1 + Math.Exp(-2))] },
        { "relu", x => x.relu(), [0, 0.5, 2] },
        { "leaky relu", x => nn.functional.leaky_relu(x, 0.2), [-0.3, 0.5, 2] },
        { "softplus", x => nn.functional.softplus(x), [Math.Log(1 + Math.Exp(-1.5)), Math.Log(1 + Math.Exp(0.5)), Math.Log(1 + Math.Exp(2))] },
        { "log sigmoid", x => nn.functional.logsigmoid(x), [-Math.Log(1 + Math.Exp(1.5)), -Math.Log(1 + Math.Exp(-0.5)), -Math.Log(1 + Math.Exp(-2))] },
        { "erf of 0", x => (x * 0).erf(), [0, 0, 0] },
        { "gelu of 0", x => (x * 0).gelu(), [0, 0, 0] },
        { "clamp", x => x.clamp(-1, 1), [-1, 0.5, 1] },
        { "clamp to tensors", x => x.clamp(min: x.zeros_like(), max: x.ones_like()), [0, 0.5, 1] },
        { "clamp min", x => x.clamp_min(0), [0, 0.5, 2] },
        { "clamp max", x => x.clamp_max(0), [-1.5, 0, 0] },
        { "add", x => x + x, [-3, 1, 4] },
        { "add number", x => 1 + x + 1L + 1f + 1.0, [2.5, 4.5, 6] },
        { "add scaled", x => x.add(x, 2), [-4.5, 1.5, 6] },
        { "subtract", x => 1 - x - 1, [1.5, -0.5, -2] },
        { "multiply", x => 2 * x * x, [4.5, 0.5, 8] },
        { "divide", x => x / x / 2, [0.5, 0.5, 0.5] },
        { "divide number", x => 3 / x, [-2, 6, 1.5] },
        { "divide to floor", x => x.div(1, RoundingMode.floor), [-2, 0, 2] },
        { "remainder", x => x.remainder(1), [0.5, 0.5, 0] },
        { "power", x => x.pow(2), [2.25, 0.25, 4] },
        { "power of tensor", x => x.abs().pow(x.ones_like()), [1.5, 0.5, 2] },
        { "atan2", x => x.atan2(x.ones_like()), [Math.Atan(-1.5), Math.Atan(0.5), Math.Atan(2)] },
        { "addcmul", x => x.addcmul(x, x, 2), [3, 1, 10] },
        { "lerp", x => x.lerp(x.zeros_like(), tensor(0.5, float64)), [-0.75, 0.25, 1] },
        { "maximum", x => x.maximum(x.zeros_like()), [0, 0.5, 2] },
        { "minimum", x => minimum(x, x.zeros_like()), [-1.5, 0, 0] },
        { "where", x => where(x > 0, x, x.ones_like()), [1, 0.5, 2] },
        { "masked fill", x => x.masked_fill(x < 0, 7), [7, 0.5, 2] },
        { "cumsum", x => x.cumsum(0), [-1.5, -1, 1] },
        { "cumprod", x => x.cumprod(0), [-1.5, -0.75, -1.5] },
        { "flip", x => x.flip(0), [2, 0.5, -1.5] },
        { "roll", x => x.roll(1), [2, -1.5, 0.5] },
        { "sort", x => x.sort(descending: true).Values, [2, 0.5, -1.5] },
        { "topk", x => x.topk(2).values, [2, 0.5] },
        { "softmax of equals", x => (x * 0).softmax(0), [1 / 3.0, 1 / 3.0, 1 / 3.0] },
        { "log softmax of equals", x => (x * 0).log_softmax(0), [-Math.Log(3), -Math.Log(3), -Math.Log(3)] },
        { "gather", x => x.gather(0, tensor(new long[] { 2, 0 })), [2, -1.5] },
        { "index select", x => x.index_select(0, tensor(new long[] { 1, 1 })), [0.5, 0.5] },
        { "index by tensor", x => x[tensor(new long[] { 2, 1 })], [2, 0.5] },
        { "index by mask", x => x[x > 0], [0.5, 2] },
        { "index by range", x => x[new TensorIndex[] { 1.. }], [0.5, 2] },
        { "slice", x => x.slice(0, 0, 3, 2), [-1.5, 2] },
        { "narrow", x => x.narrow(0, 1, 1), [0.5] },
        { "repeat", x => x.repeat(2), [-1.5, 0.5, 2, -1.5, 0.5, 2] },
        { "repeat interleave", x => x.repeat_interleave(2), [-1.5, -1.5, 0.5, 0.5, 2, 2] },
        { "tile", x => tile(x, [1]), [-1.5, 0.5, 2] },
        { "stack", x => stack([x, x], 1)[1], [0.5, 0.5] },
        { "cat", x => cat([x, x])[new TensorIndex[] { 3..5 }], [-1.5, 0.5] },
        { "diagonal", x => x.diag().diagonal(), [-1.5, 0.5, 2] },
        { "outer", x => outer(x, x)[1], [-0.75, 0.25, 1] },
        { "mm", x => x.unsqueeze(0).mm(eye(3, dtype: float64)).squeeze(0), [-1.5, 0.5, 2] },
        { "mv", x => eye(3, dtype: float64).mv(x), [-1.5, 0.5, 2] },
        { "bmm", x => x.reshape(1, 1, 3).bmm(eye(3, dtype: float64).unsqueeze(0)).flatten(), [-1.5, 0.5, 2] },
        { "baddbmm", x => x.reshape(1, 1, 3).baddbmm(x.reshape(1, 1, 3), eye(3, dtype: float64).unsqueeze(0)).flatten(), [-3, 1, 4] },
        { "unfold", x => x.unfold(0, 2, 1)[1], [0.5, 2] },
        { "expand", x => x.expand(2, 3)[1], [-1.5, 0.5, 2] },
        { "broadcast", x => x.broadcast_to(2, 3)[0], [-1.5, 0.5, 2] },
        { "bitwise not", x => (~(x > 0)).to(float64), [1, 0, 0] },
        { "logical", x => (x > 0).logical_and(x < 1).logical_or((x == 2).logical_not()).to(float64), [1, 1, 0] },
        { "normalize", x => nn.functional.normalize(x, dim: 0), [-1.5 / Math.Sqrt(6.5), 0.5 / Math.Sqrt(6.5), 2 / Math.Sqrt(6.5)] },
        { "one hot", x => nn.functional.one_hot(tensor(1L), 3).to(float64), [0, 1, 0] },
        { "dropout of nothing", x => nn.functional.dropout(x, 0), [-1.5, 0.5, 2] },
        { "layer norm", x => nn.functional.layer_norm(tensor(new double[] { 1, 3 }), [2], eps: 0), [-1, 1] },
    };

    public static TheoryData<string, Func<Tensor, Tensor>, double> ToOneNumber => new()
    {
        // x = [[1, 2], [3, 6]]
        { "sum", x => x.sum(), 12 },
        { "sum of rows", x => x.sum(1)[1], 9 },
        { "sum of both", x => x.sum([0, 1], keepdim: true).squeeze(), 12 },
        { "mean", x => x.mean(), 3 },
        { "mean of rows", x => x.mean([1])[1], 4.5 },
        { "var", x => x.var(), 14 / 3.0 },
        { "biased var", x => x.var(unbiased: false), 3.5 },
        { "var of rows", x => x.var([1])[1], 4.5 },
        { "std", x => x.std(unbiased: false), Math.Sqrt(3.5) },
        { "prod", x => x.prod(), 36 },
        { "prod of rows", x => x.prod(1)[1], 18 },
        { "max", x => x.max(), 6 },
        { "max of rows", x => x.max(1).values[0], 2 },
        { "argmax of rows", x => x.max(1).indexes[0].to(float64), 1 },
        { "argmax", x => x.argmax().to(float64), 3 },
        { "min", x => x.min(), 1 },
        { "min of rows", x => x.min(1).values[1], 3 },
        { "argmin", x => x.argmin(1)[0].to(float64), 0 },
        { "amax", x => x.amax(0)[0], 3 },
        { "amin", x => x.amin(0, 1), 1 },
        { "norm", x => x.norm(), Math.Sqrt(50) },
        { "norm of rows", x => x.norm(1)[1], Math.Sqrt(45) },
        { "logsumexp", x => (x * 0).logsumexp(1)[0], Math.Log(2) },
        { "trace", x => x.trace(), 7 },
        { "all", x => (x > 0).all().to(float64), 1 },
        { "any", x => (x > 6).any().to(float64), 0 },
        { "count", x => (x > 1).count_nonzero().to(float64), 3 },
        { "dot", x => x[0].dot(x[1]), 15 },
        { "matmul", x => x.matmul(x)[1, 0], 21 },
        { "addmm", x => x.addmm(x, x)[1, 0], 24 },
        { "tril", x => x.tril().sum(), 10 },
        { "triu", x => x.triu().sum(), 9 },
        { "transpose", x => x.transpose(0, 1)[0, 1], 3 },
        { "t", x => x.t()[1, 0], 2 },
        { "permute", x => x.permute(1, 0)[0, 1], 3 },
        { "movedim", x => x.movedim([0], [1])[0, 1], 3 },
        { "chunk", x => x.chunk(2, 1)[1][1, 0], 6 },
        { "split", x => x.split(1, 1)[1][0, 0], 2 },
        { "split by sizes", x => x.split([1L, 1L], 0)[1][0, 0], 3 },
        { "unbind", x => x.unbind(1)[1][0], 2 },
        { "select", x => x.select(1, 0)[1], 3 },
        { "ellipsis", x => x[TensorIndex.Ellipsis, 1][0], 2 },
        { "new axis", x => x[TensorIndex.Null, TensorIndex.Colon, 0][0, 1], 3 },
        { "flatten", x => x.flatten()[3], 6 },
        { "pixel shuffle", x => nn.functional.pixel_shuffle(x.reshape(1, 4, 1, 1), 2)[0, 0, 1, 0], 3 },
        { "pixel unshuffle", x => nn.functional.pixel_unshuffle(x.reshape(1, 1, 2, 2), 2)[0, 2, 0, 0], 3 },
        { "average pool", x => nn.functional.avg_pool2d(x.reshape(1, 1, 2, 2), 2).squeeze(), 3 },
        { "max pool", x => nn.functional.max_pool2d(x.reshape(1, 1, 2, 2), 2).squeeze(), 6 },
        { "adaptive pool", x => nn.functional.adaptive_avg_pool2d(x.reshape(1, 1, 2, 2), 1).squeeze(), 3 },
        { "pad", x => nn.functional.pad(x, [1, 0, 0, 0], value: 5)[0, 0], 5 },
        { "reflect", x => nn.functional.pad(x.reshape(1, 1, 2, 2), [1, 0, 0, 0], PaddingModes.Reflect)[0, 0, 0, 0], 2 },
        { "replicate", x => nn.functional.pad(x.reshape(1, 1, 2, 2), [1, 0, 0, 0], PaddingModes.Replicate)[0, 0, 1, 0], 3 },
        { "circular", x => nn.functional.pad(x.reshape(1, 1, 2, 2), [1, 0, 0, 0], PaddingModes.Circular)[0, 0, 1, 0], 6 },
        { "nearest", x => nn.functional.interpolate(x.reshape(1, 1, 2, 2), scale_factor: [2.0])[0, 0, 3, 1], 3 },
        { "nearest exact", x => nn.functional.interpolate(x.reshape(1, 1, 2, 2), [4, 4], mode: InterpolationMode.NearestExact)[0, 0, 3, 1], 3 },
        { "bilinear", x => nn.functional.interpolate(x.reshape(1, 1, 2, 2), [1, 1], mode: InterpolationMode.Bilinear).squeeze(), 3 },
        { "bicubic keeps constants", x => nn.functional.interpolate(x.reshape(1, 1, 2, 2) * 0 + 2, [3, 3], mode: InterpolationMode.Bicubic, antialias: true)[0, 0, 1, 1], 2 },
        { "area", x => nn.functional.interpolate(x.reshape(1, 1, 2, 2), scale_factor: [0.5], mode: InterpolationMode.Area).squeeze(), 3 },
        { "unfold image", x => nn.functional.unfold(x.reshape(1, 1, 2, 2), 2)[0, 3, 0], 6 },
        { "linear", x => nn.functional.linear(x, x)[0, 1], 15 },
        { "convolution", x => nn.functional.conv2d(x.reshape(1, 1, 2, 2), x.reshape(1, 1, 2, 2)).squeeze(), 50 },
        { "transposed", x => nn.functional.conv_transpose2d(x.reshape(1, 1, 2, 2), x.reshape(1, 1, 2, 2))[0, 0, 1, 1], 24 },
        { "group norm", x => nn.functional.group_norm(tensor(new double[] { 1, 3 }).reshape(1, 2, 1, 1), 1, eps: 0)[0, 1, 0, 0], 1 },
        { "batch norm", x => nn.functional.batch_norm(tensor(new double[] { 1, 3 }).reshape(2, 1, 1, 1), null, null, training: true, eps: 0)[1, 0, 0, 0], 1 },
        { "attention of one", x => nn.functional.scaled_dot_product_attention(x[new TensorIndex[] { ..1 }], x[new TensorIndex[] { ..1 }], x[new TensorIndex[] { 1.. }])[0, 1], 6 },
        { "mse", x => nn.functional.mse_loss(x, x + 2), 4 },
        { "l1", x => nn.functional.l1_loss(x, x + 2, nn.Reduction.Sum), 8 },
        { "smooth l1", x => nn.functional.smooth_l1_loss(x, x + 2), 1.5 },
        { "huber", x => nn.functional.huber_loss(x, x + 2), 1.5 },
        { "bce", x => nn.functional.binary_cross_entropy(x * 0 + 0.5, x * 0 + 1), Math.Log(2) },
        { "bce with logits", x => nn.functional.binary_cross_entropy_with_logits(x * 0, x * 0 + 1), Math.Log(2) },
        { "cross entropy", x => nn.functional.cross_entropy(x * 0, tensor(new long[] { 0, 1 })), Math.Log(2) },
        { "singular values", x => linalg.svdvals(tensor(new double[] { 3, 0, 0, 4 }, [2, 2]))[0], 4 },
        { "eigenvalues", x => linalg.eigvalsh(tensor(new double[] { 2, 1, 1, 2 }, [2, 2]))[1], 3 },
        { "eigenvectors", x => linalg.eigh(tensor(new double[] { 2, 1, 1, 2 }, [2, 2])).Item2[0, 1].abs(), Math.Sqrt(0.5) },
        { "svd", x => linalg.svd(tensor(new double[] { 3, 0, 0, 4 }, [2, 2])).Item2[1], 3 },
        { "cholesky", x => linalg.cholesky(tensor(new double[] { 4, 0, 0, 9 }, [2, 2]))[1, 1], 3 },
        { "linalg norm", x => linalg.norm(x[0], 1), 3 },
        { "vector norm", x => linalg.vector_norm(x), Math.Sqrt(50) },
        { "arange", x => arange(2, 11, 3).to(float64)[2], 8 },
        { "linspace", x => linspace(0, 1, 5, float64)[3], 0.75 },
        { "logspace", x => logspace(0, 2, 3, dtype: float64)[2], 100 },
        { "full", x => full(2, 2, 7, float64)[1, 1], 7 },
        { "full like", x => full_like(x, 7)[1, 1], 7 },
        { "new zeros", x => x.new_zeros([2]).sum(), 0 },
        { "eye", x => eye(2, 3, float64).sum(), 2 },
        { "meshgrid", x => meshgrid([x[0], x[1]])[0][1, 0], 2 },
        { "from array", x => from_array(new double[,] { { 1, 2 }, { 3, 4 } })[1, 0], 3 },
        { "isnan", x => (x * double.NaN).isnan().all().to(float64), 1 },
        { "isfinite", x => (x / 0.0).isfinite().any().to(float64), 0 },
        { "isinf", x => (x / 0.0).isinf().all().to(float64), 1 },
    };

    [Theory]
    [MemberData(nameof(OnThreeNumbers))]
    public void ThreeNumbers_GiveTheNumbersExpected(string name, Func<Tensor, Tensor> operation, double[] expected)
    {
        using var scope = NewDisposeScope();
        var actual = operation(tensor([-1.5, 0.5, 2.0])).data<double>().ToArray();

        Assert.True(expected.Length == actual.Length, name);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-12);  // float64: a few roundings
    }

    [Theory]
    [MemberData(nameof(ToOneNumber))]
    public void ATwoByTwoMatrix_GivesTheNumberExpected(string name, Func<Tensor, Tensor> operation, double expected)
    {
        using var scope = NewDisposeScope();
        var actual = operation(tensor([1.0, 2, 3, 6], [2, 2])).ToDouble();

        Assert.True(Math.Abs(expected - actual) < 1e-12, $"{name}: {actual}, not {expected}");
    }

    [Fact]
    public void InPlaceOperations_ChangeTheTensor()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, dtype: float64);
        x.add_(3).sub_(1).mul_(4).div_(2).pow_(2).neg_().abs_().sqrt_().add_(ones(2, dtype: float64), 2);
        x.addcmul_(ones(2, dtype: float64), ones(2, dtype: float64), 1).addcdiv_(ones(2, dtype: float64), ones(2, dtype: float64), 1);
        x.lerp_(zeros(2, dtype: float64), tensor(0.5, float64)).clamp_(0, 3.5);
        x[0] = tensor(9.0);
        x.index_add_(0, tensor(new long[] { 1 }), ones(1, dtype: float64), 2);

        Assert.Equal([9, 5.5], x.data<double>().ToArray());
        Assert.Equal([1, 1], x.fill_(0).exp_().data<double>().ToArray());
        Assert.Equal([0, 0], x.zero_().relu_().data<double>().ToArray());
        Assert.Equal([1, 0], x.scatter_(0, tensor(new long[] { 0 }), ones(1, dtype: float64)).data<double>().ToArray());
        Assert.Equal([2, 0], x.scatter_add_(0, tensor(new long[] { 0 }), ones(1, dtype: float64)).data<double>().ToArray());
        Assert.Equal([7, 0], x.masked_fill_(x > 1, 7).data<double>().ToArray());
        x[tensor(new long[] { 1 })] = tensor([4.0]);
        Assert.Equal([7, 4], x.data<double>().ToArray());
    }

    [Fact]
    public void Types_ConvertAndReport()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new byte[] { 1, 200 });

        Assert.Equal(uint8, x.dtype);
        Assert.Equal([1f, 200f], x.to(float32).data<float>().ToArray());
        Assert.Equal(bfloat16, x.to(bfloat16).dtype);
        Assert.Equal(2, x.to(float16).element_size());
        Assert.Equal(200, x[1].ToInt32());
        Assert.Equal(200, (double)x[1]);
        Assert.True(x[0].ToBoolean());
        Assert.Equal("[2], type = Byte, device = cpu", x.ToString());
        Assert.Equal(CPU, x.device);
        Assert.False(x.is_cuda);
    }

    [Fact]
    public void Accessors_FollowTheStrides()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, float32).reshape(2, 3).t();

        Assert.Equal([3, 2], x.shape);
        Assert.Equal([1, 3], x.stride());
        Assert.False(x.is_contiguous());
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], x.data<float>().ToArray());
        Assert.Equal(4, x.data<float>()[1, 1]);
        Assert.Equal(4, x.data<float>()[3]);
        x.data<float>().CopyFrom([9f, 8f], tensorIndex: 1);
        Assert.Equal([0f, 9f, 8f, 4f, 2f, 5f], x.data<float>().ToArray());
        Assert.Throws<InvalidOperationException>(() => x.bytes.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.data<float>()[3, 0]);
    }

    [Fact]
    public void Bytes_AreTheDataItself()
    {
        using var x = zeros(2, int32);
        x.bytes = BitConverter.GetBytes(5).Concat(BitConverter.GetBytes(-1)).ToArray();

        Assert.Equal([5, -1], x.data<int>().ToArray());
        Assert.Throws<ArgumentException>(() => x.bytes = new byte[3]);
    }

    [Fact]
    public void Equals_ComparesValues()
    {
        using var scope = NewDisposeScope();

        Assert.True(zeros(2).Equals(zeros(2)));
        Assert.False(zeros(2).Equals(zeros(3)));
        Assert.False(zeros(2).Equals(ones(2)));
        Assert.True(zeros(2).allclose(full(2, 1e-9)));
    }

    [Fact]
    public void MoreChunksThanTheShimReturnsAtOnce_AllArrive()
    {
        using var scope = NewDisposeScope();
        var parts = arange(100).chunk(100);

        Assert.Equal(100, parts.Length);
        Assert.Equal(99, parts[99].item<long>());
    }
}
