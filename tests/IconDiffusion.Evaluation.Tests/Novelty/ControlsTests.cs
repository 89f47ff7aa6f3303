using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Tests.Novelty;

public class ControlsTests
{
    [Fact]
    public void ShiftedCopies_AreMovedEachByItsOwnShift()
    {
        var icons = AlignedDistanceTests.Icons(12, 32);

        var matches = AlignedDistance.Find(Controls.Shifted(icons, 2, seed: 1), icons, 2, default);

        Assert.Equal(Enumerable.Range(0, 12), matches.Select(match => match.Index));
        Assert.All(matches, match => Assert.Equal(0, match.Distance));
        Assert.DoesNotContain((0, 0), matches.Select(match => (match.ShiftX, match.ShiftY)));
        Assert.InRange(matches.Select(match => (match.ShiftX, match.ShiftY)).Distinct().Count(), 5, 12);
    }

    [Fact]
    public void RecolouredCopies_HaveAnotherBackgroundAlone()
    {
        var icons = AlignedDistanceTests.Icons(12, 32);
        var recoloured = Controls.Recoloured(icons, seed: 1);

        for (var i = 0; i < 12; i++)
        {
            Assert.NotEqual(Rgb.White, recoloured.ToImage(i)[0, 0]);
            Assert.Equal(icons.ToImage(i)[16, 16], recoloured.ToImage(i)[16, 16]);
        }
    }

    [Fact]
    public void IconThatFillsItsSquare_KeepsItsColours()
    {
        var noise = Controls.Noise(2, 16, seed: 1);
        Assert.Equal(noise.Data.ToArray(), Controls.Recoloured(noise, seed: 1).Data.ToArray());
    }

    [Fact]
    public void SameSeed_MakesTheSameSets()
    {
        var icons = AlignedDistanceTests.Icons(3, 16);
        Assert.Equal(Controls.Shifted(icons, 1, 5).Data.ToArray(), Controls.Shifted(icons, 1, 5).Data.ToArray());
        Assert.Equal(Controls.Recoloured(icons, 5).Data.ToArray(), Controls.Recoloured(icons, 5).Data.ToArray());
        Assert.NotEqual(Controls.Noise(1, 16, 5).Data.ToArray(), Controls.Noise(1, 16, 6).Data.ToArray());
    }

    // 49,152 uniform values: their mean has a standard deviation of 0.33.
    [Fact]
    public void Noise_IsUniform() => Assert.InRange(Controls.Noise(1, 128, 2).Data.ToArray().Average(value => value), 126, 129);
}
