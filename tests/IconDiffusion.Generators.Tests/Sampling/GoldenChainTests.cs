using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Sampling;

/// <summary>
/// Chains of ten noise levels that the reference ran. Teacher-forced: the model gives the recorded answers whatever it is asked, so
/// that the sampler's arithmetic stands alone. Free-running: the model is our U-Net.
/// </summary>
public sealed class GoldenChainTests
{
    [Theory]
    [InlineData("A", "ddpm_cosine_noise", BetaSchedule.Cosine, Objective.Noise)]
    [InlineData("A", "ddpm_cosine_x0", BetaSchedule.Cosine, Objective.Start)]
    [InlineData("B", "ddpm_cosine_pred_noise", BetaSchedule.Cosine, Objective.Noise)]
    [InlineData("B", "ddpm_cosine_pred_v", BetaSchedule.Cosine, Objective.Velocity)]
    [InlineData("B", "ddpm_sigmoid_pred_noise", BetaSchedule.Sigmoid, Objective.Noise)]
    [InlineData("B", "ddpm_sigmoid_pred_x0", BetaSchedule.Sigmoid, Objective.Start)]
    [InlineData("B", "ddpm_sigmoid_pred_v", BetaSchedule.Sigmoid, Objective.Velocity)]
    public void AncestralStepsAreTheReferences(string version, string chain, BetaSchedule schedule, Objective objective)
    {
        using var diffusion = Diffusion(schedule, objective);
        TeacherForced(version, chain, new AncestralSampler(diffusion));
    }

    [Theory]
    [InlineData("ddim_cosine_pred_noise_5_eta0", Objective.Noise, 0)]
    [InlineData("ddim_cosine_pred_noise_5_eta1", Objective.Noise, 1)]
    [InlineData("ddim_cosine_pred_v_5_eta0", Objective.Velocity, 0)]
    [InlineData("ddim_cosine_pred_v_5_eta1", Objective.Velocity, 1)]
    public void DdimStepsAreTheReferences(string chain, Objective objective, double eta)
    {
        using var diffusion = Diffusion(BetaSchedule.Cosine, objective);
        TeacherForced("B", chain, new DdimSampler(diffusion, 5, eta));
    }

    [Theory]
    [InlineData("ddpm_cosine_noise", Objective.Noise)]
    [InlineData("ddpm_cosine_x0", Objective.Start)]
    public void AncestralSamplesOfOurNetAreTheReferences(string chain, Objective objective)
    {
        var golden = Golden.Load("diffusion_A");
        using var diffusion = Diffusion(BetaSchedule.Cosine, objective);
        using var net = TinyNet();
        var x = new AncestralSampler(diffusion).Sample(
            net.call, RecordedNoise.Of(golden.Tensor($"chain/{chain}/noise")), progress: null, CancellationToken.None);
        // Ten passes through the net; the reference is up to 2.5e-6 from its own float64 run in these.
        Near.Equal(golden.Tensor($"chain/{chain}/final"), (x + 1) * 0.5, 2e-5);
    }

    // July 2022's DDIM differs from ours in its grid and in taking ᾱ_{t−1} for ᾱ_t; its step is the same.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void TheDdimStepAlsoMakesTheSamplesOfJuly2022(int eta)
    {
        var golden = Golden.Load("diffusion_A");
        var chain = $"chain/ddim_cosine_noise_5_eta{eta}";
        using var diffusion = Diffusion(BetaSchedule.Cosine, Objective.Noise);
        using var net = TinyNet();
        using var noGrad = no_grad();
        var noise = RecordedNoise.Of(golden.Tensor($"{chain}/noise"));
        int[] times = [.. golden.Json.GetProperty("ddim_times").GetProperty("T10_S5").EnumerateArray().Select(time => time.GetInt32())];
        Assert.Equal(golden.Longs($"{chain}/t"), times[..^1].Select(time => (long)time));

        var x = noise.Next();
        for (var i = 0; i + 1 < times.Length; i++)
        {
            var (t, next) = (times[i], times[i + 1]);
            var (x0, epsilon) = diffusion.Predict(x, t, net.call(x, full([1], t, dtype: ScalarType.Int64)));
            var alphaBar = diffusion.Schedule.AlphaBarPrevious;
            x = DdimSampler.Update(x0, epsilon, alphaBar[t], alphaBar[next], eta, noise);
        }

        // Five passes; the reference is 6e-6 from its own float64 run.
        Near.Equal(golden.Tensor($"{chain}/final"), (x + 1) * 0.5, 4e-5);
    }

    [Fact]
    public void DdimAsksAtTheReferencesTimes()
    {
        foreach (var entry in Golden.Load("diffusion_B").Json.GetProperty("ddim_times").EnumerateObject())
        {
            var sizes = entry.Name[1..].Split("_S").Select(int.Parse).ToArray();
            Assert.Equal(entry.Value.EnumerateArray().Select(time => time.GetInt32()), DdimSampler.Times(sizes[0], sizes[1]));
        }
    }

    private static void TeacherForced(string version, string chain, ISampler sampler)
    {
        var golden = Golden.Load($"diffusion_{version}");
        Tensor Of(string what) => golden.Tensor($"chain/{chain}/{what}");
        var (states, answers, times) = (Of("x"), Of("model_out"), golden.Longs($"chain/{chain}/t"));
        var call = 0;

        var x = sampler.Sample(Answer, RecordedNoise.Of(Of("noise")), progress: null, CancellationToken.None);

        Assert.Equal(times.Length, call);
        Near.Equal(Of("final"), (x + 1) * 0.5, 2e-6, "final");

        Tensor Answer(Tensor state, Tensor t)
        {
            Assert.Equal(times[call], t.item<long>());
            // Rounding of one step, which later steps carry on; at T = 10 their coefficients stay near 1.
            Near.Equal(states.slice(0, call, call + 1, 1), state, 2e-6, $"x at call {call}");
            call++;
            return answers.slice(0, call - 1, call, 1).clone();
        }
    }

    private static GaussianDiffusion Diffusion(BetaSchedule schedule, Objective objective) =>
        new(new DiffusionSpec { Timesteps = 10, Schedule = schedule, Objective = objective });

    private static Unet TinyNet()
    {
        var net = new Unet(new UnetSpec { Dim = 8, DimMults = [1, 2, 4] });
        Golden.FillWeights(net);
        return net;
    }
}
