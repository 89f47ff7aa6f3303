using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Models;

public sealed class StyleGan2NetworkTests
{
    private static readonly StyleGan2Spec Tiny = new() { LatentDim = 16, ChannelBase = 128, ChannelMax = 16 };

    [Theory]
    [InlineData("forward_map8", 8)]
    [InlineData("forward_map2", 2)]
    public void Networks_AreTheReferences(string id, int layers)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenCase.Load("sg2_net", id);
        using var generator = new StyleGan2Generator(Tiny with { MappingLayers = layers }, 16);
        using var discriminator = new StyleGan2Discriminator(Tiny, 16);
        golden.LoadWeights(generator, "G.");
        golden.LoadWeights(discriminator, "D.");
        var noise = generator.Synthesis.ConstantNoise();

        var w = generator.Mapping.call(golden.Input("z"), null);
        var truncated = generator.Mapping.Truncate(w, 0.7);
        golden.Near("ws", w);
        golden.Near("ws_psi0_7", truncated);
        golden.Near("ws_psi0_5_cutoff3", generator.Mix(generator.Mapping.Truncate(w, 0.5), w, 3));

        golden.Near("img_const", generator.Synthesis.Forward(generator.Broadcast(w), noise));
        var icons = generator.Synthesis.Forward(generator.Broadcast(truncated), noise);
        golden.Near("img_const_psi0_7", icons);
        golden.Near("img_nonoise", generator.Synthesis.Forward(generator.Broadcast(w), null));
        foreach (var (side, block) in new[] { 4, 8, 16 }.Zip(generator.Synthesis.Blocks(generator.Broadcast(w.slice(0, 0, 2, 1)), noise)))
        {
            golden.Near($"b{side}_x", block.Features);
            golden.Near($"b{side}_img", block.Image);
        }

        golden.Near("D_logits", discriminator.call(icons, null));
        foreach (var (side, block) in new[] { 16, 8 }.Zip(discriminator.Blocks(icons.slice(0, 0, 2, 1))))
            golden.Near($"D_b{side}_x", block);
    }

    [Fact]
    public void R1_IsTheReferencesWithItsGradients()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("sg2_net", "r1");
        using var generator = new StyleGan2Generator(Tiny, 16);
        using var discriminator = new StyleGan2Discriminator(Tiny, 16);
        golden.LoadWeights(discriminator, "D.");

        var (penalty, logits) = new StyleGan2Loss(generator, discriminator).R1(golden.Input("real"), icons => icons);
        var loss = (penalty * (golden.Arg("gamma", 0.0) / 2)).mean();
        (loss * golden.Arg("gain", 0)).backward();

        golden.Near("logits", logits);
        golden.Near("r1_penalty", penalty);
        Assert.Equal(golden.Scalar("loss"), loss.item<float>(), 1e-6);
        // Biases move R1 through the minibatch standard deviation alone: their gradients are what remains of much larger ones.
        var floor = 1e-7 * golden.Scalar("max_abs_gradD");
        foreach (var (name, parameter) in discriminator.named_parameters())
            golden.Near($"gradD.{name}", parameter.grad ?? zeros_like(parameter), floor);
    }

    [Fact]
    public void PathLength_IsTheReferencesWithItsGradients()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("sg2_net", "path_length");
        using var generator = new StyleGan2Generator(Tiny with { MappingLayers = 8 }, 16);
        using var discriminator = new StyleGan2Discriminator(Tiny, 16);
        golden.LoadWeights(generator, "G.");
        var draws = new StyleGan2Draws(
            golden.Input("z"), generator.Synthesis.StyleCount, null, generator.Synthesis.ConstantNoise());

        var (penalty, mean, lengths) =
            new StyleGan2Loss(generator, discriminator).PathLength(draws, golden.Input("pl_noise_raw"), golden.Input("pl_mean0"));
        var loss = (penalty * golden.Arg("pl_weight", 0.0)).mean();
        (loss * golden.Arg("gain", 0)).backward();

        golden.Near("pl_lengths", lengths);
        golden.Near("pl_mean1", mean);
        golden.Near("pl_penalty", penalty);
        Assert.Equal(golden.Scalar("loss"), loss.item<float>(), 1e-5);
        foreach (var (name, parameter) in generator.named_parameters())
            golden.Near($"gradG.{name}", parameter.grad ?? zeros_like(parameter));
    }

    [Fact]
    public void Generator_RefusesSizesThatAreNoPowerOfTwo() =>
        Assert.Contains("24 pixels", Assert.Throws<ArgumentException>(() => new StyleGan2Generator(Tiny, 24)).Message);
}
