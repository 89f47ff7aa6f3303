using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

public class ImageTests
{
    [Fact]
    public void AlphaOverBackground_IsTheRoundedMixture()
    {
        var background = new Rgb(0, 90, 255);
        for (var alpha = 0; alpha < 256; alpha++)
            for (var colour = 0; colour < 256; colour += 5)
            {
                var flat = new RgbaImage(1, 1, [(byte)colour, (byte)colour, (byte)colour, (byte)alpha]).Over(background)[0, 0];
                // 255 is odd, so no mixture lies half way between two levels.
                byte Mixed(int b) => (byte)Math.Round(((colour * alpha) + (b * (255 - alpha))) / 255.0);
                Assert.Equal(new Rgb(Mixed(0), Mixed(90), Mixed(255)), flat);
            }
    }

    [Fact]
    public void MirroringTwice_GivesTheImageBack()
    {
        var image = Pictures.Noise(5, 3, 1);

        Assert.Equal(image[0, 1], image.Mirrored()[4, 1]);
        Assert.Equal(image.Pixels, image.Mirrored().Mirrored().Pixels);
    }

    [Fact]
    public void Enlarging_RepeatsEachPixelAsABlock()
    {
        var image = Pictures.Noise(3, 2, 1);
        var enlarged = image.Enlarged(4);

        Assert.Equal((12, 8), (enlarged.Width, enlarged.Height));
        for (var y = 0; y < 8; y++)
            for (var x = 0; x < 12; x++)
                Assert.Equal(image[x / 4, y / 4], enlarged[x, y]);
    }

    [Fact]
    public void Colour_IsReadInEitherCase() => Assert.Equal(new Rgb(0xAB, 0xCD, 0x0E), Rgb.Parse("#abCD0e"));

    [Theory]
    [InlineData("")]
    [InlineData("white")]
    [InlineData("#FFF")]
    [InlineData("#GGGGGG")]
    [InlineData("#-00001")]
    [InlineData("FFFFFF0")]
    public void OtherColour_IsRefusedWithAnExample(string text) =>
        Assert.Contains("#RRGGBB", Assert.Throws<ImageException>(() => Rgb.Parse(text)).Message);

    [Fact]
    public void PixelsOfAnotherSize_AreRefused() =>
        Assert.Contains("needs 12", Assert.Throws<ArgumentException>(() => new Image(2, 2, new byte[11])).Message);
}
