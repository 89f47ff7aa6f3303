using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Tests.Models;

/// <summary>Against pytorch/examples' networks and training loop, with its weights.</summary>
public sealed class DcganTests
{
    // Weights far larger than initial ones and two icons per batch: a batch norm over few values amplifies rounding.
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("dcgan32")]
    [InlineData("dcgan64")]
    [InlineData("dcgan128")]
    public void Iterations_AreTheReferences(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("dcgan", id);
        var size = golden.Arg("size", 0);
        using var method = new DcganMethod(Spec(golden), size, seed: 1, CPU);
        Load(golden, method);

        for (var step = 1; golden.HasInput($"z{step - 1}"); step++)
        {
            var real = golden.HasInput("real") ? golden.Input("real") : golden.Output("fake0").flip(3) * 0.5;
            var figures = method.Step(step, real, golden.Input($"z{step - 1}"));

            // The losses of later iterations carry the rounding of those before, which Adam turns into whole steps.
            var tolerance = step == 1 ? 1e-5 : 2e-3;
            Assert.Equal(golden.Scalar($"errG_{step - 1}"), figures.GeneratorLoss, tolerance * 5);
            Assert.Equal(
                golden.Scalar($"errD_real_{step - 1}") + golden.Scalar($"errD_fake_{step - 1}"), figures.DiscriminatorLoss, tolerance * 5);
            if (step == 1) CheckFirst(golden, method);
        }
    }

    [Theory]
    [InlineData("dcgan32")]
    [InlineData("dcgan64")]
    [InlineData("dcgan128")]
    public void OutputsAndGradients_AreTheReferences(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("dcgan", id);
        var size = golden.Arg("size", 0);
        var generator = new DcganGenerator(Spec(golden), size);
        var discriminator = new DcganDiscriminator(Spec(golden), size);
        Load(golden, generator, "G.");
        Load(golden, discriminator, "D.");
        var real = golden.HasInput("real") ? golden.Input("real") : golden.Output("fake0").flip(3) * 0.5;
        var ones = torch.ones(real.shape[0]);

        var ofReal = discriminator.call(real);
        var drawn = generator.call(golden.Input("z0"));
        var ofDrawn = discriminator.call(drawn.detach());
        (F.binary_cross_entropy(ofReal, ones) + F.binary_cross_entropy(ofDrawn, zeros_like(ones))).backward();

        golden.Near("fake0", drawn);
        Near.Equal(golden.Output("D_real"), ofReal, Tolerance);
        Near.Equal(golden.Output("D_fake"), ofDrawn, Tolerance);
        foreach (var (name, parameter) in discriminator.named_parameters())
            Near.Equal(golden.Output("gradD." + name), parameter.grad!, Tolerance, name);

        List<Tensor> weights = [.. discriminator.parameters()];
        FastOps.adam_step(
            weights, [.. weights.Select(weight => weight.grad!)], [.. weights.Select(weight => zeros_like(weight))], [.. weights.Select(weight => zeros_like(weight))],
            new DcganSpec().Adam, step: 1);
        var ofDrawnNow = discriminator.call(drawn);
        F.binary_cross_entropy(ofDrawnNow, ones).backward();
        Near.Equal(golden.Output("D_fake_after_Dstep"), ofDrawnNow, Tolerance);
        foreach (var (name, parameter) in generator.named_parameters())
            Near.Equal(golden.Output("gradG." + name), parameter.grad!, Tolerance, name);

        var evaluated = generator.Draw(new(golden.Input("z0")));
        var expected = golden.Output("fake0_eval_after_1_train_forward");
        Near.Equal(expected, size == 128 ? evaluated[TensorIndex.Slice(0, 1), .., TensorIndex.Slice(step: 4), TensorIndex.Slice(step: 4)] : evaluated, Tolerance);
    }

    [Fact]
    public void LogarithmsInTheLoss_AreClampedAtMinus100()
    {
        using var scope = NewDisposeScope();
        using var probability = tensor([0f, 1f]);

        Assert.Equal(100, F.binary_cross_entropy(probability, tensor([1f, 1f])).item<float>() * 2);
        Assert.Equal(100, F.binary_cross_entropy(probability, tensor([0f, 0f])).item<float>() * 2);
    }

    [Fact]
    public void At128Pixels_TheNetworksHaveThePublishedSize()
    {
        using var method = new DcganMethod(new DcganSpec(), 128, seed: 1, CPU);

        Assert.Equal(12.79 + 11.16, method.Parameters / 1e6, 0.01);
    }

    [Fact]
    public void InitialWeights_HaveTheReferencesDistribution_AndFollowFromTheSeed()
    {
        using var scope = NewDisposeScope();
        using var one = new DcganMethod(new DcganSpec { GeneratorChannels = 16, DiscriminatorChannels = 16 }, 32, seed: 5, CPU);
        using var other = new DcganMethod(new DcganSpec { GeneratorChannels = 16, DiscriminatorChannels = 16 }, 32, seed: 5, CPU);

        Assert.All(one.Tensors, entry => Assert.True(Near.SameBits(entry.Value, other.Tensors[entry.Key]), entry.Key));
        // 65 thousand values: the deviation is known to 0.3 %.
        Assert.Equal(0.02, one.Tensors["generator.main.0.weight"].std().item<float>(), 0.0004);
        Assert.Equal(1, one.Tensors["discriminator.main.3.weight"].mean().item<float>(), 0.02);
        Assert.Equal(0, one.Tensors["discriminator.main.3.bias"].abs().max().item<float>());
    }

    [Fact]
    public void AnotherSide_IsRefused() =>
        Assert.Equal(
            "DCGAN was asked for icons of 48 pixels; wanted a power of two from 8 on.",
            Assert.Throws<ArgumentException>(() => new DcganGenerator(new DcganSpec(), 48)).Message);

    // Gradients were checked where they were; here what one step of Adam made of them, and the running statistics.
    private static void CheckFirst(GoldenCase golden, DcganMethod method)
    {
        foreach (var name in golden.OutputNames.Where(name => name.StartsWith("after1.", StringComparison.Ordinal)))
        {
            var key = name.Replace("after1.D.", "discriminator.", StringComparison.Ordinal).Replace("after1.G.", "generator.", StringComparison.Ordinal);
            var (expected, actual) = (golden.Output(name), method.Tensors[key]);
            if (name.Contains(".running_", StringComparison.Ordinal))
            {
                Near.Equal(expected, actual, Tolerance, name);
                continue;
            }
            // A first step of Adam is the rate times the gradient's sign: what is nearly zero may go the other way.
            var wrong = (expected - actual.detach()).abs() > 1e-5;
            Assert.True(wrong.to(float32).mean().item<float>() <= 0.01, $"{name}: {wrong.sum().item<long>()} of {expected.numel()} differ.");
        }
    }

    private static DcganSpec Spec(GoldenCase golden) => new()
    {
        LatentDim = golden.Arg("nz", 0),
        GeneratorChannels = golden.Arg("ngf", 0),
        DiscriminatorChannels = golden.Arg("ndf", 0),
    };

    private static void Load(GoldenCase golden, DcganMethod method)
    {
        using var noGrad = no_grad();
        foreach (var (key, value) in method.Tensors)
            if (golden.InputNames.FirstOrDefault(name => name == key.Replace("discriminator.", "D.").Replace("generator.", "G.")) is { } name)
                value.copy_(golden.Input(name));
    }

    private static void Load(GoldenCase golden, nn.Module network, string prefix)
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in network.state_dict())
            if (!name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                value.copy_(golden.Input(prefix + name));
    }
}
