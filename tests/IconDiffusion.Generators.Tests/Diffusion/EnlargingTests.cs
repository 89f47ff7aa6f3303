using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Diffusion;

public sealed class EnlargingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly GaussianDiffusion _diffusion = new(new());

    public void Dispose()
    {
        _diffusion.Dispose();
        _scope.Dispose();
    }

    // By hand: a new pixel's centre lies a quarter of an old pixel off an old one's, and beyond the outermost centres nothing changes.
    [Fact]
    public void IconsAreEnlargedByLinearInterpolation()
    {
        var enlarging = new Enlarging(new() { From = 2 }, _diffusion, size: 4);
        var icon = tensor(new[] { 0f, 1, 2, 3 }).reshape(1, 1, 2, 2).expand(1, 3, 2, 2);

        var enlarged = enlarging.Enlarged(icon)[0, 1].data<float>().ToArray();

        Assert.Equal([0, 0.25f, 0.75f, 1, 0.5f, 0.75f, 1.25f, 1.5f, 1.5f, 1.75f, 2.25f, 2.5f, 2, 2.25f, 2.75f, 3], enlarged);
    }

    // The variance is that of the forward process at the level that is told, and the levels are uniform from none to the most.
    [Fact]
    public void InTrainingEachIconGetsNoiseOfTheLevelThatIsTold()
    {
        const int icons = 4000;
        var enlarging = new Enlarging(new() { From = 2, Noise = 0.4 }, _diffusion, size: 4);
        using var random = new Generator(5, CPU);

        var seen = enlarging.Trained(ones(icons, 3, 2, 2), random);

        var level = seen.Level.to(ScalarType.Float64);
        var most = enlarging.Level(0.4);
        Assert.Equal(400, most);
        Assert.Equal((0, most), (seen.Level.min().item<long>(), seen.Level.max().item<long>()));
        // Five standard errors of the mean of 0…400.
        Assert.Equal(most / 2.0, level.mean().item<double>(), 5 * 116 / Math.Sqrt(icons));
        var noise = (seen.Pixels.to(ScalarType.Float64) - Table(t => _diffusion.Schedule.SqrtAlphaBar[t])) / Table(t => _diffusion.Schedule.SqrtOneMinusAlphaBar[t]);
        Assert.Equal(0, noise.mean().item<double>(), 5 / Math.Sqrt(icons * 48));
        Assert.Equal(1, noise.square().mean().item<double>(), 5 * Math.Sqrt(2.0 / (icons * 48)));

        Tensor Table(Func<int, float> value) =>
            tensor(seen.Level.data<long>().Select(t => (double)value((int)t)).ToArray()).reshape(-1, 1, 1, 1);
    }

    [Fact]
    public void WhereIconsAreDrawn_TheyAreClampedAndAllGetTheSameLevel()
    {
        var enlarging = new Enlarging(new() { From = 2 }, _diffusion, size: 4);
        var draws = randn(2, 3, 4, 4);

        var seen = enlarging.Drawn(full([2, 3, 2, 2], 1.5), noise: 0.25, draws);

        var level = (int)Assert.Single(seen.Level.data<long>());
        Assert.Equal((int)Math.Round(0.25 * 999), level);
        Assert.True(Near.SameBits(_diffusion.AddNoise(ones(2, 3, 4, 4), tensor(new[] { (long)level }), draws), seen.Pixels));
    }
}
