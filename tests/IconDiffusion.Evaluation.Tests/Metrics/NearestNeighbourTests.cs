using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Tests.Metrics;

public sealed class NearestNeighbourTests
{
    private static readonly Golden Recorded = Golden.Load("fid_mae");

    [Fact]
    public void GoldenIcons_HaveTheRecordedNeighboursAndDistances()
    {
        var (generated, training) = (FromNchw("mae/gen"), FromNchw("mae/train"));
        var matches = NearestNeighbour.Find(generated, training);

        var mae = Recorded.Json.GetProperty("mae");
        Assert.Equal(mae.GetProperty("argmin_train_per_gen").EnumerateArray().Select(i => i.GetInt32()), matches.Select(match => match.Index));
        // Whole numbers divided by 192: at most the last bit may differ.
        foreach (var (wanted, match) in mae.GetProperty("min_per_gen_255").EnumerateArray().Zip(matches))
            Assert.Equal(wanted.GetDouble(), match.Distance, 1e-13);
        Assert.Equal(mae.GetProperty("nn_mae_255").GetDouble(), matches.Average(match => match.Distance), 1e-13);
    }

    [Fact]
    public void GoldenMatrix_IsThatOfSinglePairs()
    {
        var (generated, training) = (FromNchw("mae/gen"), FromNchw("mae/train"));
        var wanted = Recorded.Doubles("mae/matrix255");
        for (var g = 0; g < generated.Count; g++)
            for (var t = 0; t < training.Count; t++)
            {
                var one = NearestNeighbour.Find(One(generated, g), One(training, t));
                Assert.Equal(wanted[g * training.Count + t], one.Single().Distance, 1e-13);
            }
    }

    [Fact]
    public void Copy_IsFoundAtDistanceZero()
    {
        var training = NoisyIcons.Make(count: 20, size: 9, seed: 1);
        var matches = NearestNeighbour.Find(training, training);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => new NearestMatch(i, 0)), matches);
    }

    [Fact]
    public void MirroredCopy_IsFoundOnlyAmongMirrorImages()
    {
        var training = NoisyIcons.Make(count: 6, size: 16, seed: 2);
        var copies = training.Mirrored();
        Assert.All(NearestNeighbour.Find(copies, training), match => Assert.True(match.Distance > 0));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => new NearestMatch(i, 0, Mirrored: true)), NearestNeighbour.OrMirrored(NearestNeighbour.Find(copies, training), copies, training));
        Assert.Equal(training.Data.ToArray(), copies.Mirrored().Data.ToArray());
    }

    [Fact]
    public void EquallyCloseIcons_GiveTheFirst()
    {
        var black = new byte[4 * 4 * 3 * 3];
        var one = One(new(black, 4), 1);
        Assert.Equal([new NearestMatch(0, 0)], NearestNeighbour.OrMirrored(NearestNeighbour.Find(one, new(black, 4)), one, new(black, 4)));
    }

    [Fact]
    public void BlackAgainstWhite_Is255()
    {
        var black = IconPixels.From([new Image(5, 5, Rgb.Black)]);
        var white = IconPixels.From([new Image(5, 5, Rgb.White)]);
        Assert.Equal(255, NearestNeighbour.Find(black, white).Single().Distance);
    }

    // Lengths around every vector width and around the portable path's 128 rounds; the reference is one line of LINQ.
    [Fact]
    public void IconsOfTwoSizes_AreNotCompared()
    {
        var error = Assert.Throws<ArgumentException>(() => NearestNeighbour.Find(NoisyIcons.Make(2, 8, 0), NoisyIcons.Make(2, 9, 0)));
        Assert.Contains("8 px", error.Message);
        Assert.Contains("9 px", error.Message);
    }

    [Fact]
    public void EmptyTrainingSet_IsRefused() =>
        Assert.Throws<ArgumentException>(() => NearestNeighbour.Find(NoisyIcons.Make(2, 8, 0), new(ReadOnlyMemory<byte>.Empty, 8)));

    [Fact]
    public void PixelsThatAreNoWholeIcons_AreRefused() =>
        Assert.Contains("192", Assert.Throws<ArgumentException>(() => new IconPixels(new byte[200], 8)).Message);

    [Fact]
    public void PicturesOfSeveralSizes_AreRefused() =>
        Assert.Contains("9×9", Assert.Throws<ArgumentException>(() => IconPixels.From([new Image(8, 8, Rgb.Black), new Image(9, 9, Rgb.Black)])).Message);

    private static IconPixels One(IconPixels icons, int index) => new(icons[index].ToArray(), icons.ImageSize);

    // [N,C,H,W] → [N,H,W,C]
    private static IconPixels FromNchw(string name)
    {
        var (pixels, shape) = (Recorded.Bytes(name), Recorded.Shape(name));
        var (plane, packed) = ((int)(shape[2] * shape[3]), new byte[pixels.Length]);
        for (var i = 0; i < packed.Length; i++)
            packed[i] = pixels[i / (3 * plane) * 3 * plane + i % 3 * plane + i / 3 % plane];
        return new(packed, (int)shape[3]);
    }
}
