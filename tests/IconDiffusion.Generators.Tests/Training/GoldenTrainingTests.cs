using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Training;

/// <summary>Five steps of the reference: same weights, icons, noise and times in; same losses, norms, weights and averages out.</summary>
[Collection(nameof(TrainingCollection))]
public class GoldenTrainingTests
{
    private static readonly UnetSpec Shape = new() { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 };

    private static readonly TrainingSpec Training = new()
    {
        Adam = new AdamSpec { LearningRate = 1e-3 },
        Ema = new EmaSpec { UpdateEvery = 1, UpdateAfterStep = 0 },
    };

    [Fact]
    public void FiveSteps_AreThoseOfTheReference()
    {
        var golden = Golden.Load("train_A");
        using var scope = NewDisposeScope();
        using var weights = new Generator(0, CPU);
        var model = new Unet(Shape, generator: weights);
        using var state = new TrainedNetwork("model", model, CPU, ("ema", new Unet(Shape, generator: weights)), adam: "adam");
        using var diffusion = new GaussianDiffusion(new DiffusionSpec());
        Fill(state);
        var (noise, times) = (golden.Tensor("noise"), golden.Tensor("t"));

        for (var k = 0; k < 5; k++)
        {
            var x0 = Golden.UniformTensor($"train.x0.{k}", [4, 3, 16, 16]);
            var loss = diffusion.Loss(model.call, x0, times[k], noise[k]);
            loss.backward();

            // GOLDEN.md: losses to 5e-6; norms are sums of 40 thousand squares, good to about as many digits.
            Assert.Equal(golden.Json.GetProperty("losses")[k].GetDouble(), loss.item<float>(), 5e-6);
            Assert.Equal(golden.Json.GetProperty("grad_norms_before_clip")[k].GetDouble(), state.GradientNorm(), 1e-5);
            state.Update(Training.Adam, update: k + 1, averageDecay: EmaSchedule.Decay(Training.Ema, k + 1));
        }

        // Adam moves a weight whose gradient is nearly 0 by ±lr whatever the sign, so the RMS is what to look at.
        foreach (var name in golden.Names.Where(name => name.StartsWith("final/", StringComparison.Ordinal)))
            AssertNear(golden.Tensor(name), state.Tensors["model." + name["final/".Length..]], name);
        const string ema = "ema_pytorch_beta0.995_after0_every1/";
        foreach (var name in golden.Names.Where(name => name.StartsWith(ema, StringComparison.Ordinal)))
            AssertNear(golden.Tensor(name), state.Tensors["ema." + name[ema.Length..]], name);
    }

    private static void Fill(TrainedNetwork state)
    {
        using var noGrad = no_grad();
        foreach (var (name, tensor) in state.Tensors)
            if (name.StartsWith("model.", StringComparison.Ordinal) || name.StartsWith("ema.", StringComparison.Ordinal))
                tensor.copy_(Golden.FillTensor(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], tensor.shape));
    }

    private static void AssertNear(Tensor expected, Tensor actual, string name)
    {
        var rms = (expected - actual).square().mean().sqrt().item<float>();
        Assert.True(rms < 5e-6, $"{name}: RMS difference {rms}.");  // float32 against float64 differs by up to 5.9e-6
    }
}
