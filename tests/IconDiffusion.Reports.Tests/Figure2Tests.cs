using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;

namespace IconDiffusion.Reports.Tests;

public sealed class Figure2Tests
{
    [Fact]
    public void EachRun_HasARowOfItsIconsAboveTheirNearestTrainingIcon()
    {
        // One colour for each icon, so that it can be found again in the picture.
        static Image Flat(byte level) => new(32, 32, new Rgb(level, 0, 0));
        var best = new BestIcons([new(4, new NearestMatch(7, 3), Faithful: true), new(5, new NearestMatch(8, 2), Faithful: false)], 1, 20);

        var figure = Figure2.Compose([
            new("first", "features", best, icon => Flat((byte)(100 + icon)), training => Flat((byte)(200 + training))),
            new("second", "features", best, icon => Flat((byte)(50 + icon)), training => Flat((byte)(200 + training))),
        ]);

        // Where each colour's first pixel is, from the top left.
        (int X, int Y) At(int level) => Enumerable.Range(0, figure.Width * figure.Height)
            .Select(i => (X: i % figure.Width, Y: i / figure.Width)).First(at => figure[at.X, at.Y] == new Rgb((byte)level, 0, 0));
        Assert.Equal(At(104).X, At(207).X);
        Assert.True(At(104).Y < At(207).Y);
        Assert.Equal(At(104).Y, At(105).Y);
        Assert.True(At(104).X < At(105).X);
        Assert.True(At(207).Y < At(54).Y);
    }
}
