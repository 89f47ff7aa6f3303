using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Tests.Novelty;

public class AlignedDistanceTests
{
    // Sizes below, at and off the 8 blocks and the 32 bytes of a vector; the last has more references than fit one table.
    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(5, 1, 9)]
    [InlineData(16, 2, 12)]
    [InlineData(33, 2, 6)]
    [InlineData(32, 3, 8)]
    [InlineData(16, 15, 100)]
    public void Search_FindsWhatTryingEverythingFinds(int size, int maxShift, int count)
    {
        var references = Icons(count, size);
        var queries = Join(Icons(3, size, seed: 50), Take(references, [count - 1, 0]).Mirrored(), NoiseIcons(2, size));
        references = Join(references, NoiseIcons(2, size));  // without a background of one colour
        Assert.Equal(Everything(queries, references, maxShift, excludeSelf: false), AlignedDistance.Find(queries, references, maxShift, default));
    }

    [Fact]
    public void LeaveOneOut_FindsWhatTryingEverythingElseFinds()
    {
        var icons = Join(Icons(8, 16), Take(Icons(8, 16), [3]));
        Assert.Equal(Everything(icons, icons, 2, excludeSelf: true), AlignedDistance.LeaveOneOut(icons, 2, default));
    }

    [Fact]
    public void MovedMirroredCopy_IsFoundAtDistanceZero()
    {
        var references = Icons(6, 48);
        var moved = new Image(48, 48, Rgb.White);
        moved.Draw(references.ToImage(4).Mirrored().Crop(0, 2, 45, 46), 3, 0);

        var match = AlignedDistance.Find(IconPixels.From([moved]), references, 4, default).Single();

        Assert.Equal((4, 0.0, true, 3, -2), (match.Index, match.Distance, match.Mirrored, match.ShiftX, match.ShiftY));
        Assert.True(match.Second > 1);
    }

    [Fact]
    public void MovedIconThatFillsItsSquare_IsFoundAtDistanceZero_WhereItsEdgesGoOn()
    {
        var references = IconPixels.From([.. Enumerable.Range(0, 5).Select(seed => Pictures.Smooth(32, 32, seed))]);

        var matches = AlignedDistance.Find(Controls.Shifted(references, 2, seed: 1), references, 2, default);

        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal((i, 0.0), (matches[i].Index, matches[i].Distance)));
        Assert.DoesNotContain((0, 0), matches.Select(match => (match.ShiftX, match.ShiftY)));
    }

    [Fact]
    public void OrderOfQueries_ChangesNothing()
    {
        var (queries, references) = (Icons(40, 24, seed: 9), Icons(10, 24));
        int[] order = [.. Enumerable.Range(0, 40).Select(i => i * 7 % 40)];

        var found = AlignedDistance.Find(queries, references, 2, default);

        Assert.Equal(order.Select(i => found[i]), AlignedDistance.Find(Take(queries, order), references, 2, default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void IconsOfOneColour_AreTheFirstOfThemUnmoved(byte level)
    {
        var black = new IconPixels(Enumerable.Repeat(level, 5 * 16 * 16 * 3).ToArray(), 16);
        Assert.All(AlignedDistance.Find(black, black, 2, default), match => Assert.Equal(new(0, 0, 0), match));
        Assert.Equal([1, 0, 0, 0, 0], AlignedDistance.LeaveOneOut(black, 2, default).Select(match => match.Index));
    }

    [Fact]
    public void OneTrainingIcon_HasNoSecond()
    {
        var one = Icons(1, 16);
        Assert.Equal(new(0, 0, double.PositiveInfinity), AlignedDistance.Find(one, one, 1, default).Single());
        Assert.Equal(AlignedMatch.None, AlignedDistance.LeaveOneOut(one, 1, default).Single());
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(32, 2)]
    [InlineData(128, 8)]
    [InlineData(256, 16)]
    public void Shift_GrowsWithTheSize(int size, int shift) => Assert.Equal(shift, AlignedDistance.ShiftAt(size));

    [Fact]
    public void IconsOfTwoSizes_AreNotCompared()
    {
        var message = Assert.Throws<ArgumentException>(() => AlignedDistance.Find(Icons(1, 16), Icons(1, 17), 1, default)).Message;
        Assert.Contains("16 px", message);
        Assert.Contains("17 px", message);
    }

    [Fact]
    public void EmptyReferencesAndImpossibleShifts_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => AlignedDistance.Find(Icons(1, 16), new(ReadOnlyMemory<byte>.Empty, 16), 1, default));
        Assert.Contains("16 px", Assert.Throws<ArgumentException>(() => AlignedDistance.Find(Icons(1, 16), Icons(1, 16), 16, default)).Message);
    }

    [Fact]
    public void Cancelling_EndsTheSearch() =>
        Assert.ThrowsAny<OperationCanceledException>(() => AlignedDistance.Find(Icons(2, 16), Icons(2, 16), 1, new(canceled: true)));

    // The definition, pixel by pixel.
    private static IEnumerable<AlignedMatch> Everything(IconPixels queries, IconPixels references, int maxShift, bool excludeSelf)
    {
        var prepared = CanonicalIcons.OfReferences(references);
        var canonical = CanonicalIcons.Over(queries, prepared.Colour).Pixels;
        var (size, alignments) = (queries.ImageSize, Alignment.All(maxShift));
        for (var i = 0; i < queries.Count; i++)
        {
            var query = canonical.ToImage(i);
            var nearest =
                (from j in Enumerable.Range(0, references.Count)
                 where !excludeSelf || i != j
                 let icon = prepared.Pixels.ToImage(j)
                 let fill = Background.Of(references[j], size) is null ? (Rgb?)null : prepared.Colour
                 let best = alignments.Select((alignment, rank) => (Sum: Sum(query, Moved(icon, alignment, fill)), rank)).Min()
                 orderby best.Sum, j
                 select (j, best.Sum, Alignment: alignments[best.rank])).Take(2).ToList();
            var (x, values) = (nearest[0].Alignment, size * size * 3.0);
            yield return new(nearest[0].j, nearest[0].Sum / values, nearest.Count > 1 ? nearest[1].Sum / values : double.PositiveInfinity, x.Mirrored, x.ShiftX, x.ShiftY);
        }
    }

    // Without a colour to fill with, the nearest pixel.
    private static Image Moved(Image icon, Alignment alignment, Rgb? fill)
    {
        var (source, moved) = (alignment.Mirrored ? icon.Mirrored() : icon, new Image(icon.Width, icon.Height, fill ?? default));
        for (var y = 0; y < icon.Height; y++)
            for (var x = 0; x < icon.Width; x++)
            {
                var (u, v) = (Math.Clamp(x - alignment.ShiftX, 0, icon.Width - 1), Math.Clamp(y - alignment.ShiftY, 0, icon.Height - 1));
                if (fill is null || (u == x - alignment.ShiftX && v == y - alignment.ShiftY)) moved.Draw(source.Crop(u, v, 1, 1), x, y);
            }
        return moved;
    }

    private static int Sum(Image a, Image b)
    {
        var sum = 0;
        for (var i = 0; i < a.Pixels.Length; i++) sum += Math.Abs(a.Pixels[i] - b.Pixels[i]);
        return sum;
    }

    internal static IconPixels Icons(int count, int size, int seed = 0) => IconPixels.From([.. Enumerable.Range(seed, count).Select(each => Drawing(size, each))]);

    // A smooth picture in the middle of white.
    private static Image Drawing(int size, int seed)
    {
        var (icon, margin) = (new Image(size, size, Rgb.White), Math.Max(1, size / 8));
        icon.Draw(Pictures.Smooth(size - 2 * margin, size - 2 * margin, seed), margin, margin);
        return icon;
    }

    private static IconPixels NoiseIcons(int count, int size) => Controls.Noise(count, size, seed: 4);

    internal static IconPixels Take(IconPixels icons, IEnumerable<int> indices) => IconPixels.From([.. indices.Select(icons.ToImage)]);

    internal static IconPixels Join(params IconPixels[] sets) =>
        IconPixels.From([.. sets.SelectMany(set => Enumerable.Range(0, set.Count).Select(set.ToImage))]);
}
