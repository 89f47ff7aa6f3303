using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Tests.Diffusion;

public sealed class NoiseScheduleTests
{
    public static TheoryData<string, BetaSchedule, int> Recorded => new()
    {
        { "A", BetaSchedule.Linear, 1000 },
        { "A", BetaSchedule.Cosine, 1000 },
        { "A", BetaSchedule.Cosine, 10 },
        { "B", BetaSchedule.Linear, 1000 },
        { "B", BetaSchedule.Cosine, 1000 },
        { "B", BetaSchedule.Cosine, 10 },
        { "B", BetaSchedule.Sigmoid, 1000 },
        { "B", BetaSchedule.Sigmoid, 10 },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void TablesAreTheReferences(string version, BetaSchedule kind, int timesteps)
    {
        var golden = Golden.Load($"diffusion_{version}");
        var schedule = new NoiseSchedule(kind, timesteps);
        var prefix = $"sched/{kind.ToString().ToLowerInvariant()}/{timesteps}/";

        // β = 1 − a ratio near 1: a cosine that differs in its last float64 bit moves the smallest β, 1e-5, by 1e-11 of itself.
        if (golden.Has(prefix + "betas_f64"))
        {
            var betas = golden.Doubles(prefix + "betas_f64");
            for (var t = 0; t < timesteps; t++)
                Assert.Equal(1, schedule.Beta[t] / betas[t], 1e-10);
        }
        Same("betas", [.. schedule.Beta.Select(value => (float)value)]);
        Same("alphas_cumprod", [.. schedule.AlphaBar.Select(value => (float)value)]);
        Same("alphas_cumprod_prev", [.. schedule.AlphaBarPrevious.Select(value => (float)value)]);
        Same("sqrt_alphas_cumprod", schedule.SqrtAlphaBar);
        Same("sqrt_one_minus_alphas_cumprod", schedule.SqrtOneMinusAlphaBar);
        Same("sqrt_recip_alphas_cumprod", schedule.SqrtRecipAlphaBar);
        Same("sqrt_recipm1_alphas_cumprod", schedule.SqrtRecipAlphaBarMinusOne);
        Same("posterior_variance", [.. Enumerable.Range(0, timesteps).Select(t => (float)schedule.PosteriorVariance(t))]);
        Same("posterior_log_variance_clipped", schedule.PosteriorLogVariance);
        Same("posterior_mean_coef1", schedule.PosteriorMeanOfStart);
        Same("posterior_mean_coef2", schedule.PosteriorMeanOfCurrent);

        void Same(string buffer, float[] actual)
        {
            var expected = golden.Floats(prefix + buffer);
            Assert.Equal(expected.Length, actual.Length);
            for (var t = 0; t < timesteps; t++)
            {
                // Equal but for one rounding to float32 that may go the other way; one ulp is at most 1.2e-7 of the value.
                var difference = Math.Abs((double)expected[t] - actual[t]);
                Assert.True(difference <= 1.2e-7 * Math.Abs(expected[t]), $"{buffer}[{t}]: {actual[t]:r}, wanted {expected[t]:r}.");
            }
        }
    }

    [Theory]
    [InlineData(BetaSchedule.Linear, 20)]
    [InlineData(BetaSchedule.Cosine, 1)]
    public void ASchedule_ThatCannotBe_IsRefused(BetaSchedule kind, int timesteps)
    {
        var error = Assert.Throws<ArgumentException>(() => new NoiseSchedule(kind, timesteps));
        Assert.Contains(timesteps.ToString(), error.Message);
    }

    [Fact]
    public void TheShortestLinearScheduleStaysBelowOne() =>
        Assert.All(new NoiseSchedule(BetaSchedule.Linear, 21).Beta, beta => Assert.InRange(beta, 0, 0.999));
}
