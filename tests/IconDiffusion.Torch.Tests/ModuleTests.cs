using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

public sealed class ModuleTests
{
    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d first;
        private readonly ModuleList<Linear> heads;
        private readonly Tensor table;
        private readonly Parameter gain;
        private readonly nn.Module<Tensor, Tensor>? absent;

        internal Net(nn.Module<Tensor, Tensor>? optional = null) : base(nameof(Net))
        {
            absent = optional;
            first = nn.Conv2d(3, 4, 3, padding: 1);
            heads = nn.ModuleList(nn.Linear(4, 2), nn.Linear(4, 2, hasBias: false));
            table = arange(4);
            gain = nn.Parameter(ones(4));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) =>
            absent?.call(input) ?? heads[0].call(first.call(input).mean([2, 3]) * gain + table);
    }

    [Fact]
    public void Fields_AreNamedAsInPyTorch()
    {
        using var net = new Net();

        Assert.Equal(
            ["gain", "first.weight", "first.bias", "heads.0.weight", "heads.0.bias", "heads.1.weight"],
            net.named_parameters().Select(pair => pair.name));
        Assert.Equal(["table"], net.named_buffers().Select(pair => pair.name));
        Assert.Equal(["first", "heads", "heads.0", "heads.1"], net.named_modules().Select(pair => pair.name));
        Assert.Equal(7, net.state_dict().Count);
        Assert.Equal([2, 2], net.call(zeros(2, 3, 5, 5)).shape);
    }

    [Fact]
    public void AParameterMadeInAScope_OutlivesIt()
    {
        Net net;
        using (NewDisposeScope())
            net = new Net();

        Assert.All(net.parameters(), parameter => Assert.False(parameter.IsInvalid));
        net.Dispose();
    }

    [Fact]
    public void SavedWeights_LoadIntoAnotherNetBitForBit()
    {
        using var net = new Net();
        using var other = new Net();
        var file = Path.GetTempFileName();
        try
        {
            net.save(file);
            other.load(file);
            other.save(file + ".again");

            Assert.All(net.state_dict(), pair => Assert.True(pair.Value.Equals(other.state_dict()[pair.Key])));
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file + ".again"));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".again");
        }
    }

    [Fact]
    public void TheFileFormat_IsTorchSharps()
    {
        using var linear = nn.Linear(2, 1, hasBias: false);
        nn.init.constant_(linear.weight, 1);
        using var stream = new MemoryStream();
        linear.save(new BinaryWriter(stream));

        // One entry; "weight"; type 6 (float32); rank 2; 1 by 2; the data.
        Assert.Equal([1, 6, .. "weight"u8, 6, 2, 1, 2, 0, 0, 0x80, 0x3F, 0, 0, 0x80, 0x3F], stream.ToArray());
    }

    [Fact]
    public void AStateOfOtherNamesOrShapes_IsRefusedAndChangesNothing()
    {
        using var net = new Net();
        using var scope = NewDisposeScope();
        var before = net.state_dict()["gain"].clone();
        var state = net.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value + 1);

        var wrongShape = new Dictionary<string, Tensor>(state) { ["heads.1.weight"] = zeros(3, 3) };
        Assert.Contains("heads.1.weight", Assert.Throws<ArgumentException>(() => net.load_state_dict(wrongShape)).Message);
        state.Remove("first.bias");
        Assert.Contains("missing [first.bias]", Assert.Throws<InvalidOperationException>(() => net.load_state_dict(state)).Message);

        Assert.True(before.Equals(net.state_dict()["gain"]));
        Assert.Equal(["first.bias"], net.load_state_dict(state, strict: false).missing_keys);
        Assert.Equal(2, net.state_dict()["gain"][0].item<float>());
    }

    [Fact]
    public void TrainAndEval_ReachEveryPart()
    {
        using var net = nn.Sequential(nn.Dropout(0.5), nn.Sequential(nn.BatchNorm2d(2)));
        net.eval();

        Assert.All(net.modules(), module => Assert.False(module.training));
        net.train();
        Assert.All(net.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void BatchNorm_LearnsItsStatisticsAndUsesThemAfterwards()
    {
        using var scope = NewDisposeScope();
        using var norm = nn.BatchNorm2d(1);
        var x = tensor(new float[] { 1, 3 }).reshape(2, 1, 1, 1);
        norm.call(x);

        Assert.Equal(0.2f, norm.running_mean!.item<float>(), 1e-6f);      // 0.9 · 0 + 0.1 · 2
        Assert.Equal(1.1f, norm.running_var!.item<float>(), 1e-6f);       // 0.9 · 1 + 0.1 · 2, unbiased
        Assert.Equal(1, norm.num_batches_tracked!.item<long>());
        norm.eval();
        Assert.Equal((1 - 0.2) / Math.Sqrt(1.1 + 1e-5), norm.call(x)[0, 0, 0, 0].item<float>(), 1e-5);
    }

    [Fact]
    public void LayersAsModules_AreTheFunctionsOfTheirNames()
    {
        using var scope = NewDisposeScope();
        var x = randn([2, 4, 4, 4], generator: new Generator(0));
        (nn.Module<Tensor, Tensor> Module, Tensor Expected)[] pairs =
        [
            (nn.ReLU(), x.relu()), (nn.LeakyReLU(0.2), nn.functional.leaky_relu(x, 0.2)), (nn.SiLU(), x.silu()),
            (nn.GELU(), x.gelu()), (nn.Tanh(), x.tanh()), (nn.Sigmoid(), x.sigmoid()), (nn.Identity(), x), (nn.Flatten(), x.flatten(1)),
            (nn.Upsample(scale_factor: [2.0, 2.0]), x.repeat_interleave(2, 2).repeat_interleave(2, 3)),
            (nn.AvgPool2d(2), nn.functional.avg_pool2d(x, 2)), (nn.MaxPool2d(2), nn.functional.max_pool2d(x, 2)),
            (nn.AdaptiveAvgPool2d(1), x.mean([2, 3], keepdim: true)),
            (nn.GroupNorm(2, 4), nn.functional.group_norm(x, 2)), (nn.LayerNorm(4), nn.functional.layer_norm(x, [4])),
        ];

        Assert.All(pairs, pair => Assert.True(pair.Expected.allclose(pair.Module.call(x), atol: 1e-6), pair.Module.GetName()));
        Assert.Equal([2, 3, 8, 8], nn.ConvTranspose2d(4, 3, 4, stride: 2, padding: 1).call(x).shape);
        Assert.Equal([2, 6, 2, 4], nn.Conv2d(4, 6, (3, 1), stride: (2, 1), padding: (1, 0)).call(x).shape);
        Assert.Equal([2, 6, 4, 4], nn.Conv2d(4, 6, 3, Padding.Same, padding_mode: PaddingModes.Reflect).call(x).shape);
        Assert.Equal([2, 3], nn.Embedding(5, 3).call(tensor(new long[] { 0, 4 })).shape);
    }

    [Fact]
    public void Casting_KeepsTheParameterObjects()
    {
        using var net = new Net();
        var before = net.parameters().ToList();
        net.@double();

        Assert.All(before.Zip(net.parameters()), pair => Assert.Same(pair.First, pair.Second));
        Assert.All(before, parameter => Assert.Equal(float64, parameter.dtype));
        Assert.All(before, parameter => Assert.True(parameter.requires_grad));
        Assert.Equal(int64, net.get_buffer("table")!.dtype);
        Assert.Equal(float64, net.call(zeros([1, 3, 4, 4], float64)).dtype);
    }

    [Fact]
    public void Names_AreUniqueAndWithoutDots()
    {
        using var list = nn.Sequential(("a", nn.Identity()));

        Assert.Throws<InvalidOperationException>(() => list.append("a", nn.Identity()));
        Assert.Throws<ArgumentException>(() => list.append("a.b", nn.Identity()));
    }

    [Fact]
    public void ClipGradNorm_ScalesToTheNormAskedFor()
    {
        using var scope = NewDisposeScope();
        var parameter = nn.Parameter(zeros(2));
        parameter.grad = tensor([3f, 4f]);

        Assert.Equal(5, nn.utils.clip_grad_norm_([parameter], 1), 1e-6);
        // PyTorch divides by norm + 1e-6.
        Assert.Equal(1, parameter.grad!.norm().item<float>(), 1e-5);
        Assert.Equal(1, nn.utils.clip_grad_norm_([parameter], 10), 1e-5);
    }
}
