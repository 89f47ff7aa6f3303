using IconDiffusion.Data;
using IconDiffusion.Generators.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Tests.Generators.Training;

public sealed class StepInputsTests : IDisposable
{
    private const int Seed = 11;
    private static readonly IconDataset Icons = TinyRun.Icons(TinyRun.Spec(1).Dataset);

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Icons_AreThoseOfTheBatch_MirroredAndScaled()
    {
        using var inputs = Inputs();
        var (x0, _, _) = inputs.Draw(3).Single();

        var batch = new EpochOrder(Icons.Count, 4, Seed, horizontalFlip: true).Batch(2);  // its steps count from 0
        Assert.Contains(true, batch.Mirrored);
        var pixels = tensor(Icons.Gather(batch)).reshape(4, 16, 16, 3).permute(0, 3, 1, 2);
        Assert.True(Near.SameBits(pixels.to(ScalarType.Float32) / 255 * 2 - 1, x0));
    }

    [Fact]
    public void AStep_DrawsTheSameWhateverWasDrawnBefore()
    {
        using var one = Inputs();
        using var other = Inputs();
        for (var step = 1; step < 7; step++)
            one.Draw(step);

        AssertSame(one.Draw(7).Single(), other.Draw(7).Single());
    }

    [Fact]
    public void PartsOfAStep_MakeUpTheWhole()
    {
        using var inputs = Inputs();
        var whole = inputs.Draw(5).Single();
        var parts = inputs.Draw(5, batches: 2);

        AssertSame(whole, (
            cat([.. parts.Select(part => part.X0)], 0), cat([.. parts.Select(part => part.T)], 0), cat([.. parts.Select(part => part.Noise)], 0)));
    }

    [Fact]
    public void NoiseIsStandardNormal_AndTimesCoverTheirRange()
    {
        using var inputs = Inputs();
        var steps = Enumerable.Range(1, 300).Select(step => inputs.Draw(step).Single()).ToList();
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
        using var inputs = Inputs();
        using var another = new StepInputs(Icons, 4, Seed + 1, 1000, CPU);
        var noise = inputs.Draw(1).Single().Noise;
        Assert.False(Near.SameBits(noise, inputs.Draw(2).Single().Noise));
        Assert.False(Near.SameBits(noise, another.Draw(1).Single().Noise));
    }

    private static StepInputs Inputs() => new(Icons, 4, Seed, 1000, CPU);

    private static void AssertSame((Tensor X0, Tensor T, Tensor Noise) expected, (Tensor X0, Tensor T, Tensor Noise) actual)
    {
        Assert.True(Near.SameBits(expected.X0, actual.X0));
        Assert.True(Near.SameBits(expected.T, actual.T));
        Assert.True(Near.SameBits(expected.Noise, actual.Noise));
    }
}
