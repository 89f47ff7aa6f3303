using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class AdamStepTests
{
    private static readonly AdamSpec Adam = new() { LearningRate = 1e-3 };

    [Fact]
    public void FiveStepsGiveTheReferencesWeightsAndAverages()
    {
        var golden = Golden.Load("train_A");
        using var net = new Unet(new UnetSpec { Dim = 8, DimMults = [1, 2], ResnetBlockGroups = 4 });
        Golden.FillWeights(net);
        using var diffusion = new GaussianDiffusion(new DiffusionSpec());
        var names = net.named_parameters().Select(entry => entry.name).ToArray();
        Tensor[] weights = [.. net.named_parameters().Select(entry => entry.parameter)];
        var (moments, squares) = (Zeros(weights), Zeros(weights));
        Tensor[] averages = [.. weights.Select(weight => weight.detach().clone())];
        var losses = golden.Json.GetProperty("losses").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var norms = golden.Json.GetProperty("grad_norms_before_clip").EnumerateArray().Select(value => value.GetDouble()).ToArray();

        for (var step = 0; step < 5; step++)
        {
            net.zero_grad();
            var x0 = Golden.UniformTensor($"train.x0.{step}", [4, 3, 16, 16]);
            var loss = diffusion.Loss(
                net.call, x0, golden.Tensor("t").select(0, step), golden.Tensor("noise").select(0, step));
            loss.backward();
            Tensor[] gradients = [.. weights.Select(weight => weight.grad!)];
            // GOLDEN.md: losses of the reference are within 5e-6 of float64; gradient norms are single sums of squares.
            Assert.Equal(losses[step], loss.item<float>(), 5e-6);
            Assert.Equal(1, FastOps.grad_norm(gradients) / norms[step], 1e-5);
            FastOps.adam_step(weights, gradients, moments, squares, Adam, step + 1, ema: averages, ema_decay: 0.995);
        }

        for (var i = 0; i < names.Length; i++)
        {
            Rms($"final/{names[i]}", weights[i]);
            Rms($"ema_plain_0.995/{names[i]}", averages[i]);
        }

        // A gradient near zero moves a weight by ±lr whatever its size, so single weights may differ by 1e-3; their root mean
        // square over a tensor tells a wrong step, which is off by about that everywhere, from rounding.
        void Rms(string name, Tensor actual)
        {
            var difference = (actual.detach() - golden.Tensor(name)).square().mean().sqrt().item<float>();
            Assert.True(difference <= 1e-5, $"{name}: {difference:g3} off.");
        }
    }

    [Fact]
    public void TheFusedStepIsThePlainOne()
    {
        var (fused, plain) = (State(), State());
        for (var step = 1; step <= 3; step++)
        {
            var gradient = new[] { Golden.UniformTensor($"g{step}", [33, 7]) };
            FastOps.adam_step(fused.W, gradient, fused.M, fused.V, Adam, step, grad_scale: 0.3, ema: fused.Ema, ema_decay: 0.9);
            PlainOps.adam_step(plain.W, gradient, plain.M, plain.V, Adam, step, grad_scale: 0.3);
            plain.Ema[0].add_((plain.W[0] - plain.Ema[0]) * 0.1);
        }
        // The same operations in another order: a few float32 ulps.
        Near.Equal(plain.W[0], fused.W[0], 5e-7);
        Near.Equal(plain.M[0], fused.M[0], 5e-7);
        Near.Equal(plain.V[0], fused.V[0], 5e-7);
        Near.Equal(plain.Ema[0], fused.Ema[0], 5e-7);
    }

    [Fact]
    public void DecayZeroCopiesTheWeightsToTheLastBit()
    {
        var state = State();
        FastOps.adam_step(
            state.W, [Golden.UniformTensor("g", [33, 7])], state.M, state.V, Adam, 1, ema: state.Ema, ema_decay: 0);
        Assert.True(Near.SameBits(state.W[0], state.Ema[0]));
    }

    private static (Tensor[] W, Tensor[] M, Tensor[] V, Tensor[] Ema) State() =>
        ([Golden.UniformTensor("w", [33, 7])], [zeros([33, 7])], [zeros([33, 7])], [Golden.UniformTensor("ema", [33, 7])]);

    private static Tensor[] Zeros(Tensor[] like) => [.. like.Select(tensor => zeros_like(tensor))];
}
