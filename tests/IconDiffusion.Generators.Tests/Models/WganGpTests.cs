using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Tests.Models;

/// <summary>Against a PyTorch transcription of igul222's ResNets and against caogang's plain critic, with their weights.</summary>
public sealed class WganGpTests
{
    private const string Resnet = "B_igul222_resnet32";

    // The penalty's gradient goes through two backward passes; the reference's own rounding is 2.5e-5 of the largest.
    private const double Tolerance = 2e-4;

    [Fact]
    public void TheCriticsPenaltyAndItsGradients_AreTheReferences()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("wgan_gp", Resnet);
        var critic = new WganGpCritic(new WganGpSpec { Dim = 2 }, 32);
        golden.LoadWeights(critic, "D.");

        CheckPenalty(golden, critic, critic.call, golden.Input("eps").flatten());
    }

    [Fact]
    public void ThePenaltyOfAPlainCritic_IsTheOtherReferences()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("wgan_gp", "A_caogang32");
        var critic = new PlainCritic();
        golden.LoadWeights(critic, "D.");

        CheckPenalty(golden, critic, critic.call, 1 - golden.Input("eps").flatten()); // its ε weights the real icon
    }

    [Fact]
    public void TheGeneratorsIconsAndGradients_AreTheReferences()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("wgan_gp", "B_igul222_generator32");
        var critics = GoldenCase.Load("wgan_gp", Resnet);
        var generator = new WganGpGenerator(new WganGpSpec { Dim = 2 }, 32);
        var critic = new WganGpCritic(new WganGpSpec { Dim = 2 }, 32);
        using (no_grad())
        {
            foreach (var (name, value) in generator.state_dict().Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
                value.copy_(golden.Input("G." + name));
            foreach (var (name, value) in critic.state_dict())
                value.copy_(critics.Output("after_adam." + name));
        }

        var icons = generator.call(golden.Input("z"));
        var loss = -critic.call(icons).mean();
        loss.backward();

        Near.Equal(golden.Output("image"), icons, 1e-5);
        Assert.Equal(golden.Scalar("gen_cost"), loss.item<float>(), 1e-4);
        foreach (var (name, parameter) in generator.named_parameters())
            CheckGradient(golden, "grad." + name, parameter);
    }

    [Fact]
    public void At128Pixels_TheNetworksHaveThePublishedSize()
    {
        using var method = new WganGpMethod(new WganGpSpec(), 128, seed: 1, CPU);

        Assert.Equal(13.52 + 12.48, method.Parameters / 1e6, 0.01);
    }

    [Fact]
    public void AConvolutionThatResamples_IsTheTwoOperationsOneAfterTheOther()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3, CPU);
        var x = randn([2, 4, 6, 6], generator: random);
        foreach (var kernel in new[] { 1, 3 })
        {
            var down = new WganGpConv2d(random, 4, 5, kernel, gain: 2, resampling: Resampling.Down);
            var up = new WganGpConv2d(random, 4, 5, kernel, gain: 2, resampling: Resampling.Up);

            Near.Equal(F.avg_pool2d(Plain(down, x), 2), down.call(x), 1e-5, "down");
            Near.Equal(Plain(up, F.interpolate(x, scale_factor: [2, 2])), up.call(x), 1e-5, "up");
        }

        static Tensor Plain(nn.Module convolution, Tensor x)
        {
            var weights = convolution.state_dict();
            return F.conv2d(x, weights["weight"], weights["bias"], padding: [weights["weight"].shape[2] / 2, weights["weight"].shape[2] / 2]);
        }
    }

    private static void CheckPenalty(GoldenCase golden, nn.Module critic, Func<Tensor, Tensor> score, Tensor epsilon)
    {
        var (real, drawn) = (golden.Input("real"), golden.Input("fake"));

        var (penalty, norms) = GradientPenalty.Of(score, real, drawn, epsilon, golden.Arg("LAMBDA", 0.0));
        penalty.backward();
        Near.Equal(golden.Output("grad_norms"), norms, 1e-5, "norms");
        Assert.Equal(golden.Scalar("gp"), penalty.item<float>(), 1e-5 * golden.Scalar("gp"));
        foreach (var (name, parameter) in critic.named_parameters().Where(entry => entry.parameter.grad is not null))
            CheckGradient(golden, "gp_grad." + name, parameter);

        var ofReal = score(real).mean();
        var ofDrawn = score(drawn).mean();
        (ofDrawn - ofReal).backward();
        Assert.Equal(golden.Scalar("D_real_mean"), ofReal.item<float>(), 1e-4);
        Assert.Equal(golden.Scalar("D_cost"), (ofDrawn - ofReal + penalty).item<float>(), 1e-5 * golden.Scalar("gp"));
        var parameters = critic.named_parameters().ToArray();
        foreach (var (name, parameter) in parameters)
            CheckGradient(golden, "Dcost_grad." + name, parameter);

        var betas = golden.Args.GetProperty("betas");
        List<Tensor> weights = [.. parameters.Select(entry => (Tensor)entry.parameter)];
        FastOps.adam_step(
            weights, [.. weights.Select(weight => weight.grad!)], [.. weights.Select(weight => zeros_like(weight))], [.. weights.Select(weight => zeros_like(weight))],
            new AdamSpec { LearningRate = golden.Arg("lr", 0.0), Beta1 = betas[0].GetDouble(), Beta2 = betas[1].GetDouble() }, step: 1);
        foreach (var (name, parameter) in parameters)
        {
            // A first step of Adam is the rate times the gradient's sign: what is nearly zero may go the other way.
            var difference = (golden.Output("after_adam." + name) - parameter.detach()).abs();
            Assert.True((difference > 1e-5).to(float32).mean().item<float>() <= 0.01, name);
        }
    }

    // Relative to the largest gradient of the parameter; a bias before a batch norm has none but for rounding, among terms of about 0.1.
    private static void CheckGradient(GoldenCase golden, string name, Tensor parameter)
    {
        var expected = golden.Output(name);
        var scale = Math.Max(expected.abs().max().item<float>(), 0.1f);
        var difference = (expected - parameter.grad!).abs().max().item<float>() / scale;
        Assert.True(difference <= Tolerance, $"{name}: relative difference {difference:g3}, allowed {Tolerance:g3}.");
    }

    // caogang/wgan-gp's critic for 32 × 32 icons with DIM 4.
    private sealed class PlainCritic : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Sequential main;
        private readonly TorchSharp.Modules.Linear linear;

        public PlainCritic() : base(nameof(PlainCritic))
        {
            main = nn.Sequential(
                nn.Conv2d(3, 4, 3, stride: 2, padding: 1), nn.LeakyReLU(0.01),
                nn.Conv2d(4, 8, 3, stride: 2, padding: 1), nn.LeakyReLU(0.01),
                nn.Conv2d(8, 16, 3, stride: 2, padding: 1), nn.LeakyReLU(0.01));
            linear = nn.Linear(256, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => linear.call(main.call(x).reshape(x.shape[0], -1)).reshape(-1);
    }
}
