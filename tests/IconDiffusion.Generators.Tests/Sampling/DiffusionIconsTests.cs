using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Sampling;

[Collection(nameof(TrainingCollection))]
public sealed class DiffusionIconsTests : IDisposable
{
    private static readonly RunSpec Spec = TinyRun.Spec(steps: 2) with
    {
        // With noise at every step.
        Sampling = new() { Sampler = new DdimSpec { Steps = 3, Eta = 1 } },
    };

    private readonly TempFolder _folder = new();
    private readonly RunFolder _run;

    public DiffusionIconsTests()
    {
        _run = new(_folder.Path);
        TinyRun.Train(_run, Spec);
    }

    public void Dispose() => _folder.Dispose();

    // Parts of one icon, of unequal sizes, of all icons but one, and one part.
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void IconsDrawnInParts_EqualThoseDrawnAtOnce_ToTheBit(int atOnce)
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "without the kernels an icon depends on its batch by rounding");

        Assert.Equal(Draw(int.MaxValue), Draw(atOnce));
    }

    [SkippableFact]
    public void PointsBetweenIconsDrawnInParts_EqualThoseDrawnAtOnce_ToTheBit()
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "without the kernels an icon depends on its batch by rounding");
        IconPoint[] points = [new(0, 1, 0), new(0, 1, 0.5), new(0, 1, 1)];

        Assert.Equal(
            Pixels(int.MaxValue, icons => icons.DrawBetween(points, default)),
            Pixels(2, icons => icons.DrawBetween(points, default)));
    }

    private float[] Draw(int atOnce) => Pixels(atOnce, icons => icons.Draw(first: 3, count: 5, null, default));

    private float[] Pixels(int atOnce, Func<DiffusionIcons, Tensor> draw)
    {
        using var icons = new DiffusionIcons(_run, Spec, CPU) { AtOnce = atOnce };
        using var drawn = draw(icons);
        return drawn.data<float>().ToArray();
    }
}
