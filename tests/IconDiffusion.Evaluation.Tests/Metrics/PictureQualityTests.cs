using IconDiffusion.Evaluation.Metrics;

namespace IconDiffusion.Evaluation.Tests.Metrics;

public sealed class PictureQualityTests
{
    // From scikit-image 0.19.3, of float64 pictures:
    //   x = bytes((i * i * 7 + i * 13) % 251 for i in range(side * side * 3)), reshaped to (side, side, 3);  y = (x * part + (i * 31) % 97) // (part + 1)
    //   structural_similarity(x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2, data_range=255)
    //   peak_signal_noise_ratio(x, y, data_range=255)
    [Theory]
    [InlineData(11, 1, 0.7287223328714968, 13.691496255870106)]
    [InlineData(11, 5, 0.9752420706579056, 23.115835185082076)]
    [InlineData(11, 100, 0.9998931354474837, 44.9389110640395)]
    [InlineData(24, 1, 0.7383587066379201, 13.614422607324514)]
    [InlineData(24, 5, 0.9764603486049536, 23.044072723240653)]
    [InlineData(24, 100, 0.9998881057547365, 44.870243701292544)]
    [InlineData(33, 1, 0.7271003723942409, 13.596042140994804)]
    [InlineData(33, 5, 0.9752457984956314, 23.027302818082664)]
    [InlineData(33, 100, 0.999884007742544, 44.82876599032455)]
    public void FiguresAreThoseOfScikitImage(int side, int part, double similarity, double signal)
    {
        var (x, y) = Pair(side, part);

        // The same arithmetic in float64, in another order.
        Assert.Equal(similarity, StructuralSimilarity.Of(x, y, side), 1e-12);
        Assert.Equal(signal, PeakSignal.Of(x, y), 1e-12);
    }

    [Fact]
    public void Similarity_IsThatOfEveryWindowByItself()
    {
        var (x, y) = Pair(13, 3);
        var sum = 0.0;
        for (var channel = 0; channel < 3; channel++)
            for (var top = 0; top < 3; top++)
                for (var left = 0; left < 3; left++)
                    sum += OfWindow(x, y, 13, channel, left, top);

        Assert.Equal(sum / 27, StructuralSimilarity.Of(x, y, 13), 1e-12);
    }

    [Fact]
    public void EqualPictures_AreAsNearAsRoundingLets_AndSizesMustFit()
    {
        var (x, _) = Pair(11, 1);

        Assert.Equal(1, StructuralSimilarity.Of(x, x, 11), 1e-15);
        Assert.Equal(10 * Math.Log10(12 * 255.0 * 255.0), PeakSignal.Of(x, x), 1e-12);
        // One level off everywhere is 20 log₁₀ 255.
        Assert.Equal(20 * Math.Log10(255), PeakSignal.Of(new byte[30], [.. Enumerable.Repeat((byte)1, 30)]), 1e-12);
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Of(x.AsSpan(0, 300), x.AsSpan(0, 300), 10));
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Of(x, x.AsSpan(1), 11));
        Assert.Throws<ArgumentException>(() => PeakSignal.Of(x, x.AsSpan(1)));
    }

    // Two passes over the window: means, then weighted squares of what differs from them.
    private static double OfWindow(byte[] x, byte[] y, int side, int channel, int left, int top)
    {
        var places = (from v in Enumerable.Range(0, 11)
                      from u in Enumerable.Range(0, 11)
                      let at = ((((top + v) * side) + left + u) * 3) + channel
                      select (Weight: Math.Exp(-(((u - 5) * (u - 5)) + ((v - 5) * (v - 5))) / 4.5), X: (double)x[at], Y: (double)y[at])).ToArray();
        var sum = places.Sum(place => place.Weight);
        double Mean(Func<double, double, double> value) => places.Sum(place => place.Weight * value(place.X, place.Y)) / sum;
        double mx = Mean((a, _) => a), my = Mean((_, b) => b);
        double vx = Mean((a, _) => (a - mx) * (a - mx)), vy = Mean((_, b) => (b - my) * (b - my)), both = Mean((a, b) => (a - mx) * (b - my));
        return ((2 * mx * my) + 6.5025) * ((2 * both) + 58.5225) / (((mx * mx) + (my * my) + 6.5025) * (vx + vy + 58.5225));
    }

    private static (byte[] X, byte[] Y) Pair(int side, int part)
    {
        var (x, y) = (new byte[side * side * 3], new byte[side * side * 3]);
        for (long i = 0; i < x.Length; i++)
        {
            x[i] = (byte)(((i * i * 7) + (i * 13)) % 251);
            y[i] = (byte)(((x[i] * part) + (i * 31 % 97)) / (part + 1));
        }
        return (x, y);
    }
}
