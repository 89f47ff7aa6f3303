using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Diffusion;

public sealed class GaussianDiffusionTests
{
    private static readonly Golden A = Golden.Load("diffusion_A");
    private static readonly Golden B = Golden.Load("diffusion_B");

    [Theory]
    [InlineData("A", BetaSchedule.Linear)]
    [InlineData("A", BetaSchedule.Cosine)]
    [InlineData("B", BetaSchedule.Linear)]
    [InlineData("B", BetaSchedule.Cosine)]
    [InlineData("B", BetaSchedule.Sigmoid)]
    public void AddedNoiseIsTheReferences(string version, BetaSchedule kind)
    {
        var golden = version == "A" ? A : B;
        using var diffusion = new GaussianDiffusion(new DiffusionSpec { Schedule = kind });
        var noisy = diffusion.AddNoise(golden.Tensor("loss/x0"), golden.Tensor("loss/t"), golden.Tensor("loss/noise"));
        // One ulp of each of two products and of their sum.
        Near.Equal(golden.Tensor($"q_sample/{kind.ToString().ToLowerInvariant()}"), noisy, 2e-7);
    }

    [Theory]
    [InlineData(BetaSchedule.Linear, Objective.Noise, DiffusionLoss.L1, "linear/pred_noise/l1")]
    [InlineData(BetaSchedule.Linear, Objective.Noise, DiffusionLoss.L2, "linear/pred_noise/l2")]
    [InlineData(BetaSchedule.Linear, Objective.Start, DiffusionLoss.L1, "linear/pred_x0/l1")]
    [InlineData(BetaSchedule.Linear, Objective.Start, DiffusionLoss.L2, "linear/pred_x0/l2")]
    [InlineData(BetaSchedule.Cosine, Objective.Noise, DiffusionLoss.L1, "cosine/pred_noise/l1")]
    [InlineData(BetaSchedule.Cosine, Objective.Noise, DiffusionLoss.L2, "cosine/pred_noise/l2")]
    [InlineData(BetaSchedule.Cosine, Objective.Start, DiffusionLoss.L1, "cosine/pred_x0/l1")]
    [InlineData(BetaSchedule.Cosine, Objective.Start, DiffusionLoss.L2, "cosine/pred_x0/l2")]
    public void LossesAreTheReferences(BetaSchedule schedule, Objective objective, DiffusionLoss loss, string recorded)
    {
        using var net = new Unet(new UnetSpec { Dim = 8, DimMults = [1, 2, 4] });
        Golden.FillWeights(net);
        using var diffusion = new GaussianDiffusion(new DiffusionSpec { Schedule = schedule, Objective = objective, Loss = loss });
        using var noGrad = no_grad();
        var actual = diffusion.Loss(net.call, A.Tensor("loss/x0"), A.Tensor("loss/t"), A.Tensor("loss/noise")).item<float>();
        // A mean over 1,536 values of a net whose output is good to 4e-6.
        Assert.Equal(A.Json.GetProperty("losses").GetProperty(recorded + "/p2gamma=0.0").GetDouble(), actual, 3e-6);
    }

    [Theory]
    [InlineData(Objective.Noise)]
    [InlineData(Objective.Start)]
    [InlineData(Objective.Velocity)]
    public void WhatTheModelShouldSay_LeadsBackToTheImageAndTheNoise(Objective objective)
    {
        using var diffusion = new GaussianDiffusion(new DiffusionSpec { Objective = objective });
        var (x0, noise) = (A.Tensor("loss/x0"), A.Tensor("loss/noise"));
        foreach (var level in new[] { 50, 500, 900 })
        {
            var t = full([2], level, dtype: ScalarType.Int64);
            var x = diffusion.AddNoise(x0, t, noise);
            var (image, epsilon) = diffusion.Predict(x, level, diffusion.Target(x0, t, noise));
            // Dividing by √ᾱ ≥ 0.15 or √(1−ᾱ) ≥ 0.09 enlarges float32's rounding about tenfold.
            Near.Equal(x0, image, 3e-6, $"x0 at {level}");
            Near.Equal(noise, epsilon, 3e-6, $"noise at {level}");
        }
    }

    [Fact]
    public void PredictedImagesAreClamped()
    {
        using var diffusion = new GaussianDiffusion(new DiffusionSpec { Objective = Objective.Start });
        var x0 = diffusion.PredictStart(zeros([1, 1, 1, 2]), 3, tensor(new[] { -3f, 0.5f }).reshape(1, 1, 1, 2));
        Assert.Equal([-1f, 0.5f], x0.data<float>().ToArray());
    }

    [Theory]
    [InlineData(Objective.Noise)]
    [InlineData(Objective.Start)]
    [InlineData(Objective.Velocity)]
    public void MinSnrWeighsEachImageByItsNoiseLevel(Objective objective)
    {
        const double gamma = 5;
        var spec = new DiffusionSpec { Objective = objective, Loss = DiffusionLoss.L2, MinSnrGamma = gamma };
        using var diffusion = new GaussianDiffusion(spec);
        // A model that is off by 1 at t = 20, where the image is nearly clean, and by 2 at t = 900.
        var t = tensor(new long[] { 20, 900 });
        var error = tensor(new[] { 1f, 2f }).reshape(2, 1, 1, 1);
        var (x0, noise) = (A.Tensor("loss/x0"), A.Tensor("loss/noise"));
        var loss = diffusion.Loss((_, _) => diffusion.Target(x0, t, noise) + error, x0, t, noise).item<float>();

        var expected = (Weight(20) * 1 + Weight(900) * 4) / 2;
        Assert.Equal(1, loss / expected, 1e-5); // float32 sums

        double Weight(int level)
        {
            var snr = diffusion.Schedule.AlphaBar[level] / (1 - diffusion.Schedule.AlphaBar[level]);
            return objective switch
            {
                Objective.Noise => Math.Min(snr, gamma) / snr,
                Objective.Start => Math.Min(snr, gamma),
                _ => Math.Min(snr, gamma) / (snr + 1),
            };
        }
    }

    [Fact]
    public void PixelsSurviveTheModelsRange()
    {
        var pixels = arange(256, dtype: ScalarType.Byte);
        var there = PixelRange.ToModel(pixels);
        Assert.Equal((-1f, 1f), (there.min().item<float>(), there.max().item<float>()));
        Assert.True(Near.SameBits(pixels, PixelRange.ToPixels(there)));
        Assert.Equal([0, 255], PixelRange.ToPixels(tensor(new[] { -1.5f, 1.5f })).data<byte>().ToArray());
    }
}
