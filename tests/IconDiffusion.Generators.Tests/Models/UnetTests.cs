using System.Text.Json;
using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Models;

public sealed class UnetTests
{
    private static readonly UnetSpec Tiny = new() { Dim = 8, DimMults = [1, 2, 4] };
    private static readonly Golden Reference = Golden.Load("unet_A_tiny");

    [Fact]
    public void ParametersHaveTheReferencesNamesAndShapes()
    {
        using var net = new Unet(Tiny);
        var expected = Reference.Json.GetProperty("state_dict").EnumerateObject()
            .Select(entry => $"{entry.Name} {string.Join(",", entry.Value.GetProperty("shape").EnumerateArray())}");
        var actual = net.state_dict().Select(entry => $"{entry.Key} {string.Join(",", entry.Value.shape)}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
        Assert.Equal(Reference.Json.GetProperty("n_params").GetInt64(), Parameters(net));
    }

    [Fact]
    public void TheReferencesWeightsGiveItsOutput()
    {
        using var net = Filled(Tiny);
        using var noGrad = no_grad();
        var y = net.call(Reference.Tensor("x"), Reference.Tensor("t"));
        // The reference itself is 1.2e-6 away from float64; two such, and a little for another order of summation.
        Near.Equal(Reference.Tensor("y"), y, 4e-6, "y");
    }

    [Fact]
    public void TheReferencesWeightsGiveItsGradients()
    {
        using var net = Filled(Tiny);
        net.call(Reference.Tensor("x"), Reference.Tensor("t")).square().mean().backward();

        var norms = Reference.Json.GetProperty("grad_l2");
        foreach (var (name, parameter) in net.named_parameters())
        {
            var gradient = parameter.grad!;
            if (IsRoundingNoise(norms, name)) continue;
            var norm = norms.GetProperty(name).GetDouble();
            // Single values of the reference carry up to 8e-6 of rounding; 5e-6 was measured for the norms.
            Assert.Equal(1, gradient.to(ScalarType.Float64).norm().item<double>() / norm, 2e-5);
            if (Reference.Has($"grad/{name}"))
                // float32 against float64 is up to 3.8e-6 for these in the reference; twice that and a little more.
                Near.Equal(Reference.Tensor($"grad/{name}"), gradient, 1e-5, name);
        }

        // With one channel per group a bias before the norm has gradient zero, and what is computed is rounding.
        static bool IsRoundingNoise(JsonElement norms, string name) =>
            name.EndsWith(".proj.bias", StringComparison.Ordinal) && norms.GetProperty(name).GetDouble() < 1e-6;
    }

    [Fact]
    public void ASeedGivesTheReferencesInitialWeights()
    {
        var recorded = JsonDocument.Parse(File.ReadAllText(Golden.PathOf("unet_init", "unet_init.json"))).RootElement;
        using var generator = new Generator(recorded.GetProperty("seed").GetUInt64(), CPU);
        var weights = new Unet(new UnetSpec { Dim = 8, DimMults = [1, 2] }, generator: generator).state_dict();
        foreach (var entry in recorded.GetProperty("state_dict").EnumerateObject())
        {
            var values = weights[entry.Name].detach().data<float>().ToArray();
            Assert.Equal(
                $"{entry.Name} {entry.Value.GetProperty("sha256_16").GetString()}",
                $"{entry.Name} {Golden.Sha16<float>(values)}");
        }
    }

    [Fact]
    public void FusedOperationsAgreeWithFloat64()
    {
        // 32 to 128 channels, so that every kernel takes its fast path.
        var spec = new UnetSpec { Dim = 32, DimMults = [1, 4] };
        using var single = Filled(spec);
        using var wide = (Unet)Filled(spec).to(ScalarType.Float64);
        var x = Golden.UniformTensor("x", [2, 3, 32, 32]);
        var t = tensor(new long[] { 10, 900 });

        var y = single.call(x, t);
        var expected = wide.call(x.to(ScalarType.Float64), t);
        y.square().mean().backward();
        expected.square().mean().backward();

        // float32 rounding through 60 layers: 1.5e-6 was measured for both, and up to 6e-6 for gradients in wider nets.
        Near.Equal(expected, y, 5e-6, "y");
        foreach (var ((name, narrow), (_, reference)) in single.named_parameters().Zip(wide.named_parameters()))
            Near.Equal(reference.grad!, narrow.grad!, 2e-5, name);
    }

    [Fact]
    public void TagsLeaveAllOtherWeightsAsTheyBegin_AndARowOfZerosAddsNothing_ToTheBit()
    {
        using var random = new Generator(7, CPU);
        using var again = new Generator(7, CPU);
        using var plain = new Unet(Tiny, generator: random);
        using var told = new Unet(Tiny, generator: again, tags: 5);
        using var noGrad = no_grad();
        var (x, t) = (Reference.Tensor("x"), Reference.Tensor("t"));
        var icons = x.shape[0];

        Assert.Equal(["tag_mlp.0.weight", "tag_mlp.2.weight"], told.state_dict().Keys.Except(plain.state_dict().Keys).Order());
        Assert.All(plain.state_dict(), weight => Assert.True(Near.SameBits(weight.Value, told.state_dict()[weight.Key]), weight.Key));
        Assert.True(Near.SameBits(plain.call(x, t), told.call(x, t)));
        Assert.True(Near.SameBits(plain.call(x, t), told.Predict(x, t, zeros(icons, 6))));
        Assert.True(Near.Distance(plain.call(x, t), told.Predict(x, t, ones(icons, 6))) > 1e-3, "Tags change nothing.");
    }

    [Fact]
    public void SmallIconsLeaveAllOtherWeightsAsTheyBegin_AndWithoutThemItIsAPlainUnet_ToTheBit()
    {
        using var random = new Generator(7, CPU);
        using var again = new Generator(7, CPU);
        using var plain = new Unet(Tiny, generator: random);
        using var enlarging = new Unet(Tiny, generator: again, enlarges: true);
        using var noGrad = no_grad();
        var (x, t) = (Reference.Tensor("x"), Reference.Tensor("t"));

        Assert.Equal(
            ["small_conv.weight", "small_mlp.0.bias", "small_mlp.0.weight", "small_mlp.2.bias", "small_mlp.2.weight"],
            enlarging.state_dict().Keys.Except(plain.state_dict().Keys).Order(StringComparer.Ordinal));
        Assert.All(plain.state_dict(), weight => Assert.True(Near.SameBits(weight.Value, enlarging.state_dict()[weight.Key]), weight.Key));
        Assert.True(Near.SameBits(plain.call(x, t), enlarging.call(x, t)));
        Assert.True(Near.Distance(plain.call(x, t), enlarging.Predict(x, t, null, new(x, t))) > 1e-3, "Small icons change nothing.");

        // With its own weights at zero it sees them and is still the plain one.
        foreach (var (name, weight) in enlarging.named_parameters())
            if (name.StartsWith("small_", StringComparison.Ordinal)) weight.zero_();
        Assert.True(Near.SameBits(plain.call(x, t), enlarging.Predict(x, t, null, new(x, t))));
    }

    [Fact]
    public void SmallIconsAreSeenAsIfJoinedToTheLargeOnes()
    {
        using var net = Filled(Tiny, enlarges: true);
        using var joined = Filled(Tiny, channels: 6);
        using var noGrad = no_grad();
        var (x, t) = (Reference.Tensor("x"), Reference.Tensor("t"));
        var small = x.flip(3) * 0.5f;
        var (own, weights) = (net.state_dict(), joined.state_dict());
        foreach (var (name, weight) in own.Where(pair => pair.Key is not "init_conv.weight" && !pair.Key.StartsWith("small_", StringComparison.Ordinal)))
            if (name.StartsWith("final_conv", StringComparison.Ordinal)) weights[name].slice(0, 0, 3, 1).copy_(weight);
            else weights[name].copy_(weight);
        weights["init_conv.weight"].copy_(cat([own["init_conv.weight"], own["small_conv.weight"]], 1));
        // The level is about the time alone.
        foreach (var name in own.Keys.Where(name => name.StartsWith("small_mlp.2", StringComparison.Ordinal))) own[name].zero_();

        var expected = joined.call(cat([x, small], 1), t).slice(1, 0, 3, 1);

        Near.Equal(expected, net.Predict(x, t, null, new(small, t)), 4e-6); // two float32 runs, one sum in two parts
    }

    [Fact]
    public void TheLevelOfTheNoiseIsTold_EachIconItsOwn()
    {
        using var net = Filled(Tiny, enlarges: true);
        using var noGrad = no_grad();
        var (x, t) = (Reference.Tensor("x"), Reference.Tensor("t"));
        Tensor At(params long[] levels) => net.Predict(x, t, null, new(x, tensor(levels)));

        Near.Equal(cat([At(10).slice(0, 0, 1, 1), At(400).slice(0, 1, 2, 1)], 0), At(10, 400), 4e-6);
        Assert.True(Near.Distance(At(10), At(400)) > 1e-3, "The level changes nothing.");
    }

    [Fact]
    public void AllWeightsOfANetworkThatEnlargesGetGradients_AsFiniteDifferencesSay()
    {
        using var net = Filled(Tiny, enlarges: true);
        var (x, t) = (Reference.Tensor("x"), Reference.Tensor("t"));
        var small = x.flip(2) * 0.5f;
        double Loss() => net.Predict(x, t, null, new(small, t)).square().mean().item<float>();
        net.Predict(x, t, null, new(small, t)).square().mean().backward();

        foreach (var (name, weight) in net.named_parameters().Where(entry => entry.name.StartsWith("small_", StringComparison.Ordinal)))
        {
            // Along the gradient the loss changes by its square; the step is one at which rounding and curvature are both below a hundredth.
            var direction = weight.grad!.clone() / weight.grad!.norm();
            var slope = weight.grad!.norm().item<float>();
            const double step = 1e-2;
            using var noGrad = no_grad();
            weight.add_(direction * step);
            var above = Loss();
            weight.sub_(direction * (2 * step));
            var below = Loss();
            weight.add_(direction * step);
            Assert.True(slope > 0, name);
            Assert.Equal(1, (above - below) / (2 * step) / slope, 3e-2);
        }
    }

    [Fact]
    public void KnockedOutSkips_AreZerosOnTheSkip()
    {
        var knockedOut = Tiny with { Knockout = new KnockoutSpec { SkipLevels = [1] } };
        using var net = Filled(knockedOut);
        using var plain = Filled(Tiny);
        using var noGrad = no_grad();
        // Level 1 comes second on the way up; its skips have 8 channels after the 16 of the way up.
        foreach (var (name, weight) in plain.named_parameters())
            if (name is "ups.1.0.block1.proj.weight" or "ups.1.0.res_conv.weight" or "ups.1.1.block1.proj.weight" or "ups.1.1.res_conv.weight")
                weight.slice(1, 16, 24, 1).zero_();

        var y = net.call(Reference.Tensor("x"), Reference.Tensor("t"));
        var expected = plain.call(Reference.Tensor("x"), Reference.Tensor("t"));

        Assert.Equal(Parameters(plain), Parameters(net));
        Near.Equal(expected, y, 4e-6); // two float32 runs
        Assert.True(Near.Distance(Reference.Tensor("y"), y) > 0.01, "Without the skip nothing changed.");
    }

    [Fact]
    public void KnockedOutSkips_LeaveTheirWeightsWithoutGradient()
    {
        using var net = Filled(Tiny with { Knockout = new KnockoutSpec { SkipLevels = [0] } });
        net.call(Reference.Tensor("x"), Reference.Tensor("t")).square().mean().backward();
        var gradient = net.named_parameters().Single(entry => entry.name == "ups.2.0.block1.proj.weight").parameter.grad!;
        Assert.Equal(0, gradient.slice(1, 8, 16, 1).abs().max().item<float>());
        Assert.True(gradient.slice(1, 0, 8, 1).abs().max().item<float>() > 0);
    }

    [Fact]
    public void KnockedOutBottleneckAttention_AddsNothing()
    {
        using var net = Filled(Tiny with { Knockout = new KnockoutSpec { BottleneckAttention = true } });
        using var plain = Filled(Tiny);
        using var noGrad = no_grad();
        foreach (var (name, weight) in plain.named_parameters())
            if (name is "mid_attn.fn.fn.to_out.weight" or "mid_attn.fn.fn.to_out.bias")
                weight.zero_();

        var y = net.call(Reference.Tensor("x"), Reference.Tensor("t"));

        Near.Equal(plain.call(Reference.Tensor("x"), Reference.Tensor("t")), y, 4e-6); // two float32 runs
        Assert.DoesNotContain(net.state_dict().Keys, name => name.StartsWith("mid_attn", StringComparison.Ordinal));
    }

    [Fact]
    public void KnockedOutParts_LeaveTheOthersInitialWeights()
    {
        var knockout = new KnockoutSpec { BottleneckAttention = true, SkipLevels = [0] };
        using var first = new Generator(7, CPU);
        using var second = new Generator(7, CPU);
        var whole = new Unet(Tiny, generator: first).state_dict();
        var reduced = new Unet(Tiny with { Knockout = knockout }, generator: second).state_dict();
        foreach (var (name, weight) in reduced)
            Assert.True(Near.SameBits(whole[name], weight), name);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void TheExtremeHourglassTakesRgbAndRgba(int channels)
    {
        using var net = new Unet(new UnetSpec { Dim = 8, DimMults = [1, 16] }, channels);
        using var noGrad = no_grad();
        var y = net.call(zeros([1, channels, 16, 16]), tensor(new long[] { 5 }));
        Assert.Equal([1, channels, 16, 16], y.shape);
    }

    [Fact]
    public void OneTimeForAll_IsThatTimeForEach()
    {
        using var net = Filled(Tiny);
        using var noGrad = no_grad();
        var each = net.call(Reference.Tensor("x"), tensor(new long[] { 500, 500 }));
        var all = net.call(Reference.Tensor("x"), tensor(new long[] { 500 }));
        Near.Equal(each, all, 4e-6); // matrix products of two rows may be summed in another order than those of one
    }

    [Fact]
    public void AStepLeavesNoTensorBehind()
    {
        using var net = Filled(Tiny);
        var (x, t) = (Reference.Tensor("x"), Reference.Tensor("t"));
        using var outer = NewDisposeScope();
        using var y = net.call(x, t);
        Assert.Equal(1, outer.DisposablesCount);
    }

    [Fact]
    public void AnInputOfTheWrongSizeIsNamed()
    {
        using var net = new Unet(Tiny);
        var error = Assert.Throws<ArgumentException>(() => net.call(zeros([1, 3, 18, 16]), zeros([1], ScalarType.Int64)));
        Assert.Contains("[1,3,18,16]", error.Message);
        Assert.Contains("divisible by 4", error.Message);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(8, 3)]
    [InlineData(8, 0)]
    public void AnImpossibleSpecIsRefused(int dim, int groups) =>
        Assert.Throws<ArgumentException>(() => new Unet(new UnetSpec { Dim = dim, DimMults = [1, 2], ResnetBlockGroups = groups }));

    [Fact]
    public void AKnockedOutLevelThatDoesNotExistIsRefused() =>
        Assert.Throws<ArgumentException>(() => new Unet(Tiny with { Knockout = new KnockoutSpec { SkipLevels = [3] } }));

    private static long Parameters(Unet net) => net.parameters().Sum(parameter => parameter.numel());

    private static Unet Filled(UnetSpec spec, int channels = 3, bool enlarges = false)
    {
        var net = new Unet(spec, channels, enlarges: enlarges);
        Golden.FillWeights(net);
        return net;
    }
}
