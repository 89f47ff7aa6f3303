using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Diffusion;

/// <summary>The losses of DDPM-PA beside loops over numbers, written from the paper's formulas.</summary>
public sealed class PairwiseAdaptationTests : IDisposable
{
    private const int N = 4, C = 2, Side = 4;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.5, 0, 0)]
    [InlineData(0, 0.5, 0)]
    [InlineData(0, 0, 0.05)]
    [InlineData(0.3, 0.7, 0.02)]
    public void ValueAndGradient_AreThoseOfSlowLoops(double images, double highFrequencies, double details)
    {
        var weights = new PairwiseSpec { Images = images, HighFrequencies = highFrequencies, Details = details };
        var (start, source, icons) = (Numbers(1), Numbers(2), Numbers(3));
        var trained = Of(start).requires_grad_(true);

        var loss = PairwiseAdaptation.Loss(weights, trained, Of(source), Of(icons));
        loss.backward();

        Assert.Equal(Slow(weights, start, source, icons), loss.item<double>(), 1e-12);
        var gradient = trained.grad!.data<double>().ToArray();
        for (var i = 0; i < start.Length; i++)
            Assert.Equal((Moved(i, 1e-5) - Moved(i, -1e-5)) / 2e-5, gradient[i], 1e-8);

        double Moved(int value, double by) => Slow(weights, [.. start.Select((x, i) => i == value ? x + by : x)], source, icons);
    }

    [Fact]
    public void ANetworkThatIsStillItsSource_LosesNothingOverDistances()
    {
        var start = Of(Numbers(1));

        Assert.Equal(0, PairwiseAdaptation.Loss(new() { Details = 0 }, start, start, Of(Numbers(3))).item<double>(), 1e-14);
        Assert.True(PairwiseAdaptation.Loss(new() { Details = 0 }, start, Of(Numbers(2)), start).item<double>() > 1e-4);
    }

    [Fact]
    public void AFlatIcon_HasNoHighFrequencies_AndAStepHasItsHeight()
    {
        Assert.Equal(0, PairwiseAdaptation.HighFrequencies(full(1, 1, 4, 4, 0.7)).abs().max().item<float>());
        // One block 0 0 / 0 1: LH = HL = HH = 1/2.
        Assert.Equal(1.5f, PairwiseAdaptation.HighFrequencies(tensor([0f, 0, 0, 1]).reshape(1, 1, 2, 2)).item<float>());
    }

    [Theory]
    [InlineData(Objective.Noise)]
    [InlineData(Objective.Start)]
    [InlineData(Objective.Velocity)]
    public void TheRightAnswerAtDifferentTimes_GivesTheIconsBack(Objective objective)
    {
        using var diffusion = new GaussianDiffusion(new() { Objective = objective });
        var (icons, noise, t) = (rand(3, 3, 4, 4) * 2 - 1, randn(3, 3, 4, 4), tensor([0L, 300, 700]));

        var start = diffusion.PredictStart(diffusion.AddNoise(icons, t, noise), t, diffusion.Target(icons, t, noise));

        Assert.True((start - icons).abs().max().item<float>() < 1e-4);
    }

    private static double Slow(PairwiseSpec weights, double[] start, double[] source, double[] icons)
    {
        var (high, highOfSource, highOfIcons) = (High(start), High(source), High(icons));
        var details = high.Zip(highOfIcons, (x, y) => (x - y) * (x - y)).Average();
        return weights.Images * Divergence(start, source) + weights.HighFrequencies * Divergence(high, highOfSource) + weights.Details * details;
    }

    private static double Divergence(double[] trained, double[] source)
    {
        var sum = 0.0;
        for (var i = 0; i < N; i++)
        {
            var (p, q) = (Shares(trained, i), Shares(source, i));
            for (var j = 0; j < N; j++)
                if (j != i) sum += p[j] * Math.Log(p[j] / q[j]);
        }
        return sum;
    }

    private static double[] Shares(double[] icons, int i)
    {
        var size = icons.Length / N;
        var exp = new double[N];
        for (var j = 0; j < N; j++)
        {
            if (j == i) continue;
            var (product, first, second) = (0.0, 0.0, 0.0);
            for (var k = 0; k < size; k++)
            {
                var (x, y) = (icons[i * size + k], icons[j * size + k]);
                (product, first, second) = (product + x * y, first + x * x, second + y * y);
            }
            exp[j] = Math.Exp(product / Math.Sqrt(first * second));
        }
        return [.. exp.Select(each => each / exp.Sum())];
    }

    // Each block of 2×2 with the three products of (1, 1)/√2 and (−1, 1)/√2 that have a high one.
    private static double[] High(double[] icons)
    {
        double[] low = [1 / Math.Sqrt(2), 1 / Math.Sqrt(2)], high = [-1 / Math.Sqrt(2), 1 / Math.Sqrt(2)];
        var bands = new List<double>();
        for (var plane = 0; plane < N * C; plane++)
            for (var row = 0; row < Side; row += 2)
                for (var column = 0; column < Side; column += 2)
                {
                    var sum = 0.0;
                    foreach (var (vertical, horizontal) in new[] { (low, high), (high, low), (high, high) })
                        for (var y = 0; y < 2; y++)
                            for (var x = 0; x < 2; x++)
                                sum += vertical[y] * horizontal[x] * icons[(plane * Side + row + y) * Side + column + x];
                    bands.Add(sum);
                }
        return [.. bands];
    }

    private static double[] Numbers(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, N * C * Side * Side).Select(_ => random.NextDouble() * 2 - 1)];
    }

    private static Tensor Of(double[] numbers) => tensor(numbers).reshape(N, C, Side, Side);
}
