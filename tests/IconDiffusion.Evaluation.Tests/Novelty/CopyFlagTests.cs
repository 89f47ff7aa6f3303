using IconDiffusion.Data.Sources;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Tests.Novelty;

/// <summary>The rule on Noto faces: copies in every disguise are found, faces that were set aside are not accused.</summary>
public class CopyFlagTests
{
    // At least 99 % of 158 are 157.
    [Fact]
    [Trait("Speed", "Slow")]
    public void AtThePreprintsSize_DisguisedCopiesAreFoundAndNewFacesAreNot() => Check(128, least: 157);

    // Soft edges are more of a smaller icon, and a mixture of two colours can't always be taken apart: 98 % of the recoloured ones.
    [Fact]
    [Trait("Speed", "Slow")]
    public void AtHalfTheSize_NearlyAllAreFound() => Check(64, least: 155);

    private static void Check(int size, int least)
    {
        var faces = Faces(size, "#FFFFFF");
        int[] spread = [.. Enumerable.Range(0, 158).Select(i => i * faces.Count / 158)];
        var (training, heldOut) = (AlignedDistanceTests.Take(faces, spread), AlignedDistanceTests.Take(faces, spread.Select(i => i + 1)));
        var shift = AlignedDistance.ShiftAt(size);
        var rule = CopyRule.Calibrate(AlignedDistance.LeaveOneOut(training, shift, default), 0.01);
        int Copies(IconPixels icons) => AlignedDistance.Find(icons, training, shift, default).Count(match => rule.IsCopy(match.Distance));

        Assert.InRange(Copies(training), least, 158);
        Assert.InRange(Copies(Controls.Shifted(training, shift, seed: 1)), least, 158);
        Assert.InRange(Copies(training.Mirrored()), least, 158);
        Assert.InRange(Copies(Controls.Recoloured(training, seed: 1)), least, 158);
        Assert.InRange(Copies(Controls.Shifted(Controls.Recoloured(training.Mirrored(), seed: 2), shift, seed: 2)), least, 158);

        // Composed over red by the renderer, with the true transparency.
        Assert.InRange(Copies(AlignedDistanceTests.Take(Faces(size, "#E03020"), spread)), least, 158);

        // At most 2 % of 158 are 3.
        Assert.InRange(Copies(heldOut), 0, 3);
        Assert.Equal(0, Copies(Controls.Noise(20, size, seed: 1)));
    }

    private static IconPixels Faces(int size, string background) =>
        NotoFaces.Prepare(new NotoFacesSpec { ImageSize = size, Background = background, HeldOut = 0 }).Training.Pixels;
}
