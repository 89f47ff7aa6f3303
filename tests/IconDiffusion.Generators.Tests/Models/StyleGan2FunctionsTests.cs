using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Models;

public sealed class StyleGan2FunctionsTests
{
    public static TheoryData<string> BiasActs => GoldenCase.Ids("sg2_ops", "bias_act/");

    public static TheoryData<string> Resamplings => GoldenCase.Ids("sg2_ops", "conv2d_resample/");

    public static TheoryData<string> ModulatedConvs => GoldenCase.Ids("sg2_ops", "modulated_conv2d/");

    public static TheoryData<string> MinibatchStds => GoldenCase.Ids("sg2_ops", "minibatch_std/");

    public static TheoryData<string> Layers => GoldenCase.Ids("sg2_ops", "layer/");

    [Fact]
    public void NormalizeSecondMoment_IsTheReferences() =>
        Check("normalize_2nd_moment", (_, a) => StyleGan2Functions.NormalizeSecondMoment(a["x"]));

    [Theory]
    [MemberData(nameof(BiasActs))]
    public void BiasAct_IsTheReferences(string id) => Check(id, (golden, a) => StyleGan2Functions.BiasAct(
        a["x"], a.GetValueOrDefault("b"), Activations[golden.Arg("act", "linear")], golden.Arg("alpha", 0.2),
        golden.Arg<double?>("gain", null), golden.Arg<double?>("clamp", null)));

    [Theory]
    [MemberData(nameof(Resamplings))]
    public void Conv2dResample_IsTheReferences(string id) => Check(id, (golden, a) => StyleGan2Functions.Conv2dResample(
        a["x"], a["w"], golden.Arg("up", 1), golden.Arg("down", 1), flip: !golden.Arg("flip_weight", true)));

    [Theory]
    [MemberData(nameof(ModulatedConvs))]
    public void ModulatedConvolutions_AreTheReferences(string id) => Check(id, (golden, a) =>
    {
        // As a layer has it: input and output are scaled in place of the weights.
        var y = StyleGan2Functions.Conv2dResample(
            FastOps.modulate(a["x"], a["styles"]), a["weight"], golden.Arg("up", 1), golden.Arg("down", 1), flip: !golden.Arg("flip_weight", true));
        if (golden.Arg("demodulate", true)) y = FastOps.modulate(y, StyleGan2Functions.Demodulation(a["weight"], a["styles"]));
        return a.TryGetValue("noise", out var noise) ? y + noise : y;
    });

    [Fact]
    public void ModulatedPointwise_IsTheReferencesToRgb() =>
        Check("modulated_conv2d/torgb_1x1", (_, a) => StyleGan2Functions.ModulatedPointwise(a["x"], a["weight"], a["styles"]));

    [Theory]
    [MemberData(nameof(MinibatchStds))]
    public void MinibatchStd_IsTheReferences(string id) => Check(id, (golden, a) =>
        StyleGan2Functions.MinibatchStd(a["x"], golden.Arg<long?>("group_size", null), golden.Arg("num_channels", 1)));

    [Fact]
    public void MinibatchStd_RefusesGroupsThatDoNotDivideTheBatch()
    {
        var error = Assert.Throws<ArgumentException>(() => StyleGan2Functions.MinibatchStd(zeros(6, 2, 4, 4), 4));
        Assert.Contains("groups of 4", error.Message);
        Assert.Contains("6 images", error.Message);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_IsTheReferences(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("sg2_ops", id);
        var weight = golden.Input("p.weight").shape;
        var half = Math.Sqrt(0.5);
        Tensor x = golden.Input("x").requires_grad_(), w = x;
        if (golden.HasInput("w")) w = golden.Input("w").requires_grad_();
        var (layer, y) = id.Split('/')[1] switch
        {
            "fc_linear_bias1" => Run(new StyleGan2Linear(null, weight[1], weight[0])),
            "fc_lrelu_lr0.01" => Run(new StyleGan2Linear(null, weight[1], weight[0], Activation.LeakyRelu, lrMultiplier: 0.01)),
            "conv_down2_clamp" => Run(new StyleGan2Conv(null, weight[1], weight[0], 3, down: 2, gain: half, clamp: 1)),
            "conv_skip_1x1_down2_nobias" =>
                Run(new StyleGan2Conv(null, weight[1], weight[0], 1, down: 2, Activation.Linear, bias: false, gain: half)),
            "conv_3x3" => Run(new StyleGan2Conv(null, weight[1], weight[0], 3)),
            "synthesis_up2_noise_const" => Synthesis(8, up: 2),
            "synthesis_noise_const" => Synthesis(4, up: 1),
            "torgb" => ToRgb(),
            _ => throw new InvalidDataException($"No layer is known for '{id}'."),
        };

        (y * golden.Input("r")).sum().backward();

        golden.Near("y", y);
        golden.Near("grad_x", x.grad!);
        if (golden.HasInput("w")) golden.Near("grad_w", w.grad!);
        foreach (var (name, parameter) in layer.named_parameters())
            golden.Near($"grad_{name}", parameter.grad!);

        (nn.Module, Tensor) Run(nn.Module<Tensor, Tensor> module)
        {
            golden.LoadWeights(module, "p.");
            return (module, module.call(x));
        }

        (nn.Module, Tensor) Synthesis(int resolution, int up)
        {
            var module = new StyleGan2SynthesisLayer(null, w.shape[1], weight[1], weight[0], resolution, up);
            golden.LoadWeights(module, "p.");
            return (module, module.Forward(x, w, module.ConstantNoise));
        }

        (nn.Module, Tensor) ToRgb()
        {
            var module = new StyleGan2ToRgb(null, w.shape[1], weight[1], weight[0]);
            golden.LoadWeights(module, "p.");
            return (module, module.Forward(x, w));
        }
    }

    private static readonly Dictionary<string, Activation> Activations =
        new() { ["linear"] = Activation.Linear, ["relu"] = Activation.Relu, ["lrelu"] = Activation.LeakyRelu };

    private static void Check(string id, Func<GoldenCase, Dictionary<string, Tensor>, Tensor> function)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("sg2_ops", id);
        var inputs = golden.InputNames.Except(["r"]).ToDictionary(name => name, name => golden.Input(name).requires_grad_());

        var y = function(golden, inputs);
        (y * golden.Input("r")).sum().backward();

        golden.Near("y", y);
        foreach (var (name, input) in inputs.Where(input => golden.HasOutput($"grad_{input.Key}")))
            golden.Near($"grad_{name}", input.grad!);
    }
}
