using IconDiffusion.Evaluation.Enlarging;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Enlarging;

public sealed class EnlargedFiguresTests : IDisposable
{
    private const int Count = 6;

    private static readonly IconPixels Original = IconPixels.From([.. Enumerable.Range(0, Count).Select(i => Pictures.Smooth(24, 24, i))]);
    private static readonly IconPixels Small = Resized(Original, 8, ResizeFilter.Bilinear);

    private readonly FeatureExtractor _extractor = FeatureExtractor.ResNet18(AppContext.BaseDirectory);

    public void Dispose() => _extractor.Dispose();

    [Fact]
    public void AStageThatGivesTheOriginals_GainsAllThatInterpolationLacks()
    {
        var report = EnlargedFigures.Measure(Original, Small, Original, _extractor, default);

        Assert.Equal([EnlargedBy.Bicubic, EnlargedBy.Lanczos, EnlargedBy.Stage], report.Rows.Select(row => row.By));
        Assert.Equal((Count, 8, 24), (report.Count, report.From, report.ImageSize));
        Assert.Equal([10 * Math.Log10(12 * 255.0 * 255.0), 1, 0], report.Rows[2].Figures.Select(figure => Math.Round(figure.Value!.Value, 12)), Near(1e-11));
        Assert.Empty(report.Rows[2].Gains);
        var bicubic = Resized(Small, 24, ResizeFilter.Bicubic);
        Assert.Equal(Enumerable.Range(0, Count).Average(i => PeakSignal.Of(Original[i], bicubic[i])), report.Rows[0].Figures[0].Value!.Value, 1e-12);
        Assert.Equal(Enumerable.Range(0, Count).Average(i => StructuralSimilarity.Of(Original[i], bicubic[i], 24)), report.Rows[0].Figures[1].Value!.Value, 1e-12);
        foreach (var row in report.Rows.Take(2))
        {
            Assert.All(row.Gains.Zip(row.Figures, report.Rows[2].Figures), each => Assert.Equal(each.Third.Value!.Value - each.Second.Value!.Value, each.First.Value!.Value, 1e-9));
            Assert.True(row.Gains is [{ Low: > 0 }, { Low: > 0 }, { High: < 0 }], $"{row}");
        }
    }

    [Fact]
    public void GainsArePaired_SoThatWhatIsTheSameGainsNothingForCertain()
    {
        var report = EnlargedFigures.Measure(Original, Small, Resized(Small, 24, ResizeFilter.Lanczos), _extractor, default);

        Assert.All(report.Rows[1].Gains, gain => Assert.Equal((0, 0, 0), (gain.Value, gain.Low, gain.High)));
        // While the figures themselves differ from icon to icon.
        Assert.All(report.Rows[1].Figures, figure => Assert.True(figure.Low < figure.High, $"{figure}"));
        Assert.All(report.Rows[0].Gains, gain => Assert.NotEqual(0, gain.Value));
    }

    [Fact]
    public void WhereIconsAreSmallerThanTheWindow_OneFigureIsMissingAndSaysWhy()
    {
        var original = Resized(Original, 10, ResizeFilter.Bilinear);
        var small = Resized(original, 5, ResizeFilter.Bilinear);

        var report = EnlargedFigures.Measure(original, small, original, _extractor, default);

        Assert.All(report.Rows, row => Assert.True(row.Figures is [{ Value: not null }, { Value: null, Note: not null }, { Value: not null }], $"{row}"));
        Assert.Throws<ArgumentException>(() => EnlargedFigures.Measure(original, small, small, _extractor, default));
        // Five rows of six icons, enlarged to about 96 px, with margins.
        var picture = EnlargedFigures.Picture(original, small, original, most: 4);
        Assert.Equal((4 * (90 + 8) + 8, 5 * (90 + 8) + 8), (picture.Width, picture.Height));
    }

    private static EqualityComparer<double> Near(double tolerance) => EqualityComparer<double>.Create((a, b) => Math.Abs(a - b) <= tolerance, _ => 0);

    private static IconPixels Resized(IconPixels icons, int size, ResizeFilter filter) =>
        IconPixels.From([.. Enumerable.Range(0, icons.Count).Select(i => Resize.To(icons.ToImage(i), size, size, filter))]);
}
