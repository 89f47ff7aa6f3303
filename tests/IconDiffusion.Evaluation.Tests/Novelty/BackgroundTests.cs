using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Tests.Novelty;

public class BackgroundTests
{
    [Fact]
    public void PlainBackground_IsFoundWithItsColour()
    {
        var background = Background.Of(Disc(new(30, 90, 200)).Pixels, 64)!;

        Assert.Equal(new(30, 90, 200), background.Colour);
        Assert.Equal(0, background.Cover[0]);
        Assert.Equal(255, background.Cover[32 * 64 + 32]);
    }

    // The disc's edge is mixed exactly; rounding twice costs up to a level there.
    [Fact]
    public void OverAnotherColour_ItIsTheSameIcon()
    {
        var (red, green) = (Disc(new(200, 20, 20)), Disc(new(20, 160, 60)));
        var recomposed = Background.Of(red.Pixels, 64)!.Over(red.Pixels, new(20, 160, 60));

        Assert.InRange(MeanDifference(recomposed, green.Pixels), 0, 0.05);
    }

    [Fact]
    public void OverItsOwnColour_NothingChanges()
    {
        var icon = Disc(new(200, 20, 20));
        Assert.Equal(icon.Pixels, Background.Of(icon.Pixels, 64)!.Over(icon.Pixels, new(200, 20, 20)));
    }

    [Fact]
    public void EnclosedHole_IsBackgroundToo()
    {
        var icon = Disc(new(200, 20, 20));
        icon.Draw(new Image(6, 6, new Rgb(200, 20, 20)), 30, 30);

        Assert.Equal(0, Background.Of(icon.Pixels, 64)!.Cover[32 * 64 + 32]);
    }

    // σ of 5 levels. What may be left of the rows above the disc is noise beyond twice the tolerance, below 1 %.
    [Fact]
    public void NoisyBackground_IsReplaced()
    {
        var (icon, random) = (Disc(new(200, 60, 40)), new Random(3));
        for (var i = 0; i < icon.Pixels.Length; i++)
            icon.Pixels[i] = (byte)Math.Clamp(icon.Pixels[i] + (int)Math.Round(5 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())), 0, 255);

        var over = Background.Of(icon.Pixels, 64)!.Over(icon.Pixels, Rgb.White);

        var left = Enumerable.Range(0, 64 * 6).Count(pixel => over[pixel * 3] != 255 || over[pixel * 3 + 1] != 255);
        Assert.InRange(left, 0, 3);
    }

    [Fact]
    public void IconThatFillsItsSquare_HasNone()
    {
        Assert.Null(Background.Of(Pictures.Smooth(64, 64, seed: 3).Pixels, 64));
        Assert.Null(Background.Of(Controls.Noise(1, 64, seed: 1)[0], 64));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(32)]
    public void BlackIcon_IsAllBackground(int size)
    {
        var background = Background.Of(new Image(size, size, Rgb.Black).Pixels, size)!;

        Assert.Equal(Rgb.Black, background.Colour);
        Assert.All(background.Cover.ToArray(), cover => Assert.Equal(0, cover));
    }

    // A disc of one colour with an edge of one pixel.
    private static Image Disc(Rgb background)
    {
        var rgba = new byte[64 * 64 * 4];
        for (var y = 0; y < 64; y++)
            for (var x = 0; x < 64; x++)
            {
                var inside = Math.Clamp(24.5 - Math.Sqrt((x - 31.5) * (x - 31.5) + (y - 31.5) * (y - 31.5)), 0, 1);
                ReadOnlySpan<byte> pixel = [250, 210, 120, (byte)Math.Round(255 * inside)];
                pixel.CopyTo(rgba.AsSpan((y * 64 + x) * 4));
            }
        return new RgbaImage(64, 64, rgba).Over(background);
    }

    private static double MeanDifference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
}
