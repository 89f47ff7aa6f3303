using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Training;
using IconDiffusion.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Methods;

public sealed class DdpmMethodTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void NoiseIsStandardNormal_AndTimesCoverTheirRange()
    {
        var steps = Enumerable.Range(1, 300).Select(step => Draws(seed: 11, step)).ToList();
        var noise = stack([.. steps.Select(step => step.Noise)]).to(ScalarType.Float64);
        var times = cat([.. steps.Select(step => step.T)], 0);

        // 921600 draws: five standard errors of the mean, 1/√n, and of the variance, √(2/n).
        Assert.Equal(0, noise.mean().item<double>(), 5 / Math.Sqrt(921600));
        Assert.Equal(1, noise.square().mean().item<double>(), 5 * Math.Sqrt(2 / 921600.0));
        // 1200 draws from 1000: the mean's standard error is 289/√1200.
        Assert.Equal(499.5, times.to(ScalarType.Float64).mean().item<double>(), 5 * 289 / Math.Sqrt(1200));
        Assert.InRange(times.min().item<long>(), 0, 20);
        Assert.InRange(times.max().item<long>(), 980, 999);
    }

    [Fact]
    public void NoTwoStepsAndNoTwoSeeds_ShareNoise()
    {
        var noise = Draws(seed: 11, step: 1).Noise;

        Assert.True(Near.SameBits(noise, Draws(seed: 11, step: 1).Noise));
        Assert.False(Near.SameBits(noise, Draws(seed: 11, step: 2).Noise));
        Assert.False(Near.SameBits(noise, Draws(seed: 12, step: 1).Noise));
    }

    [Fact]
    public void TheNetworkIsToldTheTagsOfTheIconsOfEachStep_ButOfATenthOfThemNothing()
    {
        const int steps = 500;
        var spec = TinyRun.Spec("ddpm tags", steps) with { Dataset = TinyRun.Spec("ddpm tags", steps).Dataset with { HorizontalFlip = false } };
        var dataset = TinyRun.Icons(spec.Dataset);
        using var method = new DdpmMethod(spec, CPU, dataset: dataset);
        using var batches = new IconBatches(dataset, spec.Training.BatchSize, spec.Seed, CPU);
        var (untold, icons) = (0, PixelRange.ToModel(tensor(dataset.Training.Pixels.Data.ToArray()).reshape(10, 16, 16, 3).permute(0, 3, 1, 2)));

        for (var step = 1; step <= steps; step++)
        {
            using var scope = NewDisposeScope();
            var (shown, told) = (batches.Draw(step), method.Told(step)!);
            for (var i = 0; i < 4; i++)
            {
                var row = told[i].data<float>().ToArray();
                if (row.All(value => value == 0))
                {
                    untold++;
                    continue;
                }
                var icon = (int)(icons - shown[i]).abs().sum([1, 2, 3]).argmin().item<long>();
                Assert.Equal([1, .. Enumerable.Range(0, 2).Select(tag => dataset.Tags!.Icons[icon].Contains(tag) ? 1f : 0)], row);
            }
        }

        // Five standard errors of a share of 0.1.
        Assert.Equal(0.1, untold / (4.0 * steps), 5 * Math.Sqrt(0.1 * 0.9 / (4 * steps)));
    }

    private static (Tensor T, Tensor Noise) Draws(int seed, long step)
    {
        using var random = new Generator(RandomStream.TrainingStep(seed, step), CPU);
        return DdpmMethod.Draws(zeros(4, 3, 16, 16), timesteps: 1000, random);
    }
}
