using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly DiffusionSpec Cosine = new();

    public static TheoryData<SamplerSpec> Accurate => [new AncestralSpec(), new DpmSolverSpec { Steps = 20 }];

    [Theory]
    [MemberData(nameof(Accurate))]
    public void SamplesHaveTheDatasMeanAndDeviation(SamplerSpec sampler)
    {
        var (mean, deviation) = Moments(sampler);
        // 12,288 values: the mean is good to 0.1/√12288 = 0.0009, the deviation to 0.00064; four times each, and 1 % of the
        // deviation for the steps' finite length.
        Assert.Equal(0.2, mean, 0.0036);
        Assert.Equal(0.1, deviation, 0.0036);
    }

    // DDIM's steps are coarser: fifty of them give 0.079 to 0.086 for 0.1. What they give follows from eq. 12 for linear ε.
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void DdimSpreadsAsItsStepsSay(double eta)
    {
        var alphaBar = new NoiseSchedule(Cosine.Schedule, Cosine.Timesteps).AlphaBar;
        var times = DdimSampler.Times(Cosine.Timesteps, 50);
        var variance = 1.0;
        for (var i = 0; i + 1 < times.Length; i++)
        {
            var a = alphaBar[times[i]];
            var next = times[i + 1] < 0 ? 1 : alphaBar[times[i + 1]];
            var sigma2 = eta * eta * (1 - a / next) * (1 - next) / (1 - a);
            var start = 0.01 * Math.Sqrt(a) / (0.01 * a + 1 - a);                     // ∂x₀/∂x
            var epsilon = (1 - Math.Sqrt(a) * start) / Math.Sqrt(1 - a);              // ∂ε/∂x
            var slope = Math.Sqrt(next) * start + Math.Sqrt(1 - next - sigma2) * epsilon;
            variance = slope * slope * variance + sigma2;
        }

        var (mean, deviation) = Moments(new DdimSpec { Steps = 50, Eta = eta });

        Assert.Equal(0.2, mean, 0.0036); // four standard errors, as above
        Assert.Equal(Math.Sqrt(variance), deviation, 0.0026);
    }

    private static (double Mean, double Deviation) Moments(SamplerSpec sampler)
    {
        var data = new GaussianData(Cosine, mean: 0.2, deviation: 0.1);
        using var diffusion = new GaussianDiffusion(Cosine);
        var icons = Samplers.Create(sampler, diffusion).Sample(
            data.Model, RecordedNoise.Seeded(11, 4, 3, 32, 32), progress: null, CancellationToken.None);
        return (icons.mean().item<float>(), icons.std().item<float>());
    }

    [Fact]
    public void DpmSolverConvergesWithOrderTwo()
    {
        // 20,000 levels, so that rounding to levels hardly shows in 161 calls.
        var spec = new DiffusionSpec { Schedule = BetaSchedule.Linear, Timesteps = 20_000, Objective = Objective.Start };
        double[] errors = [.. new[] { 21, 41, 81, 161 }.Select(steps => Error(spec, diffusion => new DpmSolverSampler(diffusion, steps)))];
        // Halving the step divides the error by 4; by 2, were the order one.
        for (var i = 0; i + 1 < errors.Length; i++)
            Assert.InRange(errors[i] / errors[i + 1], 3, 5);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(999)]
    [InlineData(1000)]
    public void DpmSolverAsksAsOftenAsItWasTold_AtFallingLevelsDownToZero(int steps)
    {
        using var diffusion = new GaussianDiffusion(Cosine);
        var levels = new List<long>();
        new DpmSolverSampler(diffusion, steps).Sample(
            (x, t) => { levels.Add(t.item<long>()); return x; }, RecordedNoise.Seeded(1, 1, 1, 1, 1), null, CancellationToken.None);
        Assert.Equal((steps, 999, 0), (levels.Count, levels[0], levels[^1]));
        Assert.Equal(levels.Distinct().OrderDescending(), levels);
    }

    [Fact]
    public void TwentyStepsOfDpmSolver_BeatAHundredOfDdim()
    {
        var spec = new DiffusionSpec { Schedule = BetaSchedule.Linear };
        var solver = Error(spec, diffusion => new DpmSolverSampler(diffusion, 20));
        var ddim = Error(spec, diffusion => new DdimSampler(diffusion, 100, 0));
        Assert.True(solver < ddim, $"DPM-Solver++ is {solver:g3} from the ODE's solution, DDIM {ddim:g3}.");
    }

    [Fact]
    public void ManyStepsOfDpmSolverAndOfDdimMeet()
    {
        var spec = new DiffusionSpec();
        var data = new GaussianData(spec);
        using var diffusion = new GaussianDiffusion(spec);
        var solver = Sample(new DpmSolverSampler(diffusion, 1000));
        var ddim = Sample(new DdimSampler(diffusion, 1000, 0));
        // DDIM is of order one; with 1,000 steps it is a few thousandths from the limit.
        Near.Equal(ddim, solver, 5e-3);

        Tensor Sample(ISampler sampler) =>
            sampler.Sample(data.Model, RecordedNoise.Seeded(3, 1, 3, 8, 8), progress: null, CancellationToken.None);
    }

    [Fact]
    public void ProgressCountsModelCalls_AndCancellingStopsBeforeTheNext()
    {
        using var diffusion = new GaussianDiffusion(Cosine);
        using var cancellation = new CancellationTokenSource();
        var reports = new List<int>();
        var progress = new Immediate(done =>
        {
            reports.Add(done);
            if (done == 3) cancellation.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => new DdimSampler(diffusion, 10, 0).Sample(
            (x, _) => x, RecordedNoise.Seeded(1, 1, 3, 4, 4), progress, cancellation.Token));
        Assert.Equal([1, 2, 3], reports);
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1001, 0.0)]
    [InlineData(10, -0.1)]
    [InlineData(10, double.NaN)]
    public void AnImpossibleDdimIsRefused(int steps, double eta)
    {
        using var diffusion = new GaussianDiffusion(Cosine);
        Assert.Throws<ArgumentException>(() => new DdimSampler(diffusion, steps, eta));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1001)]
    public void AnImpossibleDpmSolverIsRefused(int steps)
    {
        using var diffusion = new GaussianDiffusion(Cosine);
        Assert.Throws<ArgumentException>(() => new DpmSolverSampler(diffusion, steps));
    }

    // Largest distance from what the exact flow gives, the last call's E[x₀ | x at level 0] included.
    private static double Error(DiffusionSpec spec, Func<GaussianDiffusion, ISampler> create)
    {
        var data = new GaussianData(spec, deviation: 0.2);
        using var diffusion = new GaussianDiffusion(spec);
        var start = RecordedNoise.Seeded(5, 1, 3, 8, 8).Next();
        var icons = create(diffusion).Sample(data.Model, new RecordedNoise(_ => start.clone()), progress: null, CancellationToken.None);
        var exact = data.Start(data.Flow(start, spec.Timesteps - 1, 0), 0);
        return (icons.to(ScalarType.Float64) - exact).abs().max().item<double>();
    }

    private sealed class Immediate(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
