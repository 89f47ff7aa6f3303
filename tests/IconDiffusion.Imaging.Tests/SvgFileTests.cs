using System.Text;
using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

public class SvgFileTests
{
    [Fact]
    public void ADrawing_FillsTheSquareAskedFor()
    {
        var image = Draw("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" fill="#102030"/></svg>""", 128);

        Assert.Equal(new Image(128, 128, new Rgb(0x10, 0x20, 0x30)).Pixels, image.Pixels);
    }

    [Fact]
    public void WhatIsNotDrawn_IsBackground()
    {
        var image = Draw("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="2" height="4" fill="#F00"/></svg>""", 64);

        Assert.Equal((new Rgb(255, 0, 0), Rgb.White), (image[16, 32], image[48, 32]));
    }

    [Fact]
    public void AWideDrawing_LiesInTheMiddle()
    {
        var image = Draw("""<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>""", 64);

        Assert.Equal((Rgb.White, Rgb.Black, Rgb.White), (image[32, 8], image[32, 32], image[32, 56]));
    }

    [Fact]
    public void FilesThatADrawingRefersTo_AreNotLoaded()
    {
        using var folder = new TempFolder();
        var secret = folder.Add("secret.png", ImageFile.EncodePng(new Image(8, 8, Rgb.Black)));

        var image = Draw($"""
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="8" height="8">
            <image xlink:href="file://{secret}" href="file://{secret}" width="8" height="8"/></svg>
            """, 8);

        Assert.Equal(new Image(8, 8, Rgb.White).Pixels, image.Pixels);
    }

    [Theory]
    [InlineData("")]
    [InlineData("This is no drawing.")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 4\"><rect")]
    public void WhatIsNoDrawing_IsRefusedByName(string text) =>
        Assert.Contains("'drawing'", Assert.Throws<ImageException>(() => Draw(text, 16)).Message);

    private static Image Draw(string svg, int size) => SvgFile.Draw(Encoding.UTF8.GetBytes(svg), "drawing", size, Rgb.White);
}
