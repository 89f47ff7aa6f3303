using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Diffusion;

/// <summary>Conditioning held against the public implementations; tests/golden/conditioning/make.py says which, and what is another on purpose.</summary>
public sealed class ConditioningTests
{
    private static readonly long[] Shape = [2, 3, 4, 4];

    [Theory]
    [InlineData(99)]
    [InlineData(249)]
    [InlineData(499)]
    [InlineData(799)]
    public void ASmallIcon_GetsTheReferencesNoise_ButForItsNoiseBeforeTheFirstStep(int level)
    {
        using var scope = NewDisposeScope();
        using var diffusion = new GaussianDiffusion(new());
        var golden = Golden.Load("conditioning", "conditioning");
        var theirs = (double)golden.Floats($"small/{level}/alpha")[0];
        var ours = theirs / golden.Floats("small/none/alpha")[0];
        // √ of a float32; a step is a thousand times that.
        Assert.Equal(ours, diffusion.Schedule.SqrtAlphaBar[level], 1e-6);
        Assert.Equal(theirs, Math.Sqrt(1 / (1 + Math.Exp(-golden.Floats($"small/{level}/log_snr")[0]))), 1e-6);

        var seen = new Enlarging(new() { From = 4 }, diffusion, size: 4)
            .Drawn(Golden.UniformTensor("small", Shape), noise: level / 999.0, Golden.UniformTensor("noise", Shape));

        Assert.Equal([level], seen.Level.data<long>());
        // What that noise makes of icon and noise, neither beyond 1, and rounding.
        var difference = ours - theirs + Math.Sqrt(1 - (theirs * theirs)) - Math.Sqrt(1 - (ours * ours));
        Assert.InRange((golden.Tensor($"small/{level}/noisy") - seen.Pixels).abs().max().item<float>(), 0, difference + 1e-6);
    }

    [Fact]
    public void TagsAreToldToStyleGan2AsInTheReference_AndR1GoesThroughThem()
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Load("conditioning", "conditioning");
        var rows = TagRows.Of(3, [[], [0, 2], [1], [0, 1, 2]], CPU);
        using var mapping = Numbered(new StyleGan2Mapping(8, 8, layers: 2, tags: 3), "mapping");
        using var judge = Numbered(new StyleGan2Discriminator(new() { ChannelBase = 64, ChannelMax = 8 }, 16, tags: 3), "judge");

        // Sums of at most 128 float32 products of numbers below 1.
        Near.Equal(golden.Tensor("tags/w"), mapping.call(Golden.UniformTensor("z", [4, 8]), rows), 1e-5);
        var (penalty, logits) = new StyleGan2Loss(null!, judge).R1(Golden.UniformTensor("icons", [4, 3, 16, 16]), icons => icons, rows);
        penalty.mean().backward();
        Near.Equal(golden.Tensor("tags/logits"), logits, 1e-5);
        Near.Equal(golden.Tensor("tags/r1"), penalty, 1e-5);
        var gradients = judge.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad);
        Near.Equal(golden.Tensor("tags/r1_gradient/embed"), gradients["mapping.embed.weight"]!, 1e-5);
        Near.Equal(golden.Tensor("tags/r1_gradient/out"), gradients["b4.out.weight"]!, 1e-5);
        Assert.Throws<ArgumentNullException>(() => judge.call(zeros(4, 3, 16, 16), null));

        static T Numbered<T>(T network, string name) where T : nn.Module
        {
            using var noGrad = no_grad();
            foreach (var (key, value) in network.state_dict()) value.copy_(Golden.UniformTensor($"{name}.{key}", value.shape));
            return network;
        }
    }

    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("3", 3)]
    [InlineData("6", 6)]
    public void GuidanceIsTheReferences(string name, double scale)
    {
        using var scope = NewDisposeScope();

        var guided = TagGuide.Guided(Golden.UniformTensor("with", Shape), Golden.UniformTensor("without", Shape), scale);

        // p + (s − 1)(p − p∅) and p∅ + s(p − p∅) round differently, of values up to 2s.
        Assert.InRange((Golden.Load("conditioning", "conditioning").Tensor($"guided/{name}") - guided).abs().max().item<float>(), 0, 2 * scale * 2e-7);
    }
}
