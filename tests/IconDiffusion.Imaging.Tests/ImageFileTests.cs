using System.Security.Cryptography;
using IconDiffusion.Imaging;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Imaging.Tests;

public class ImageFileTests
{
    [Fact]
    public void Png_ComesBackAsItWasSaved()
    {
        using var folder = new TempFolder();
        var image = Pictures.Noise(7, 5, seed: 1);

        ImageFile.SavePng(folder["a/b.png"], image);

        var loaded = ImageFile.Load(folder["a/b.png"], Rgb.White);
        Assert.Equal((7, 5), (loaded.Width, loaded.Height));
        Assert.Equal(image.Pixels, loaded.Pixels);
        Assert.Equal(["b.png"], Directory.GetFiles(folder["a"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Header_IsReadWithoutDecoding()
    {
        var info = ImageFile.Probe(PngBytes.HeaderOnly(50_000, 50_000), "huge.png");

        Assert.Equal(new(ImageFormat.Png, 50_000, 50_000, 3, 8, 1, ColourSpace.Rgb, HasAlpha: false), info);
    }

    [Fact]
    public void SixteenBitPng_KeepsTheHighByteOfEveryChannel()
    {
        byte[] samples = [0xAB, 0xCD, 0x12, 0x34, 0x00, 0xFF, /* alpha */ 0x80, 0x7F];
        var file = PngBytes.Write(1, 1, 16, PngBytes.Rgba, samples);

        Assert.Equal(16, ImageFile.Probe(file, "x").BitsPerChannel);
        Assert.Equal([0xAB, 0x12, 0x00, 0x80], ImageFile.Decode(file, "x").Pixels);
    }

    [Fact]
    public void SixteenBitGreyPng_BecomesGreyRgb() =>
        Assert.Equal([0xAB, 0xAB, 0xAB, 255], ImageFile.Decode(PngBytes.Write(1, 1, 16, PngBytes.Grey, [0xAB, 0xCD]), "x").Pixels);

    [Fact]
    public void GreyPng_HasThreeEqualChannels()
    {
        var file = PngBytes.Write(2, 1, 8, PngBytes.Grey, [10, 200]);

        Assert.Equal(ColourSpace.Grey, ImageFile.Probe(file, "x").ColourSpace);
        Assert.Equal([10, 10, 10, 255, 200, 200, 200, 255], ImageFile.Decode(file, "x").Pixels);
    }

    [Fact]
    public void OneBitPng_IsBlackAndWhite() =>
        Assert.Equal([255, 255, 255, 255, 0, 0, 0, 255], ImageFile.Decode(PngBytes.Write(2, 1, 1, PngBytes.Grey, [0b1000_0000]), "x").Pixels);

    [Fact]
    public void GreyAlphaPng_KeepsItsAlpha() =>
        Assert.Equal([10, 10, 10, 77], ImageFile.Decode(PngBytes.Write(1, 1, 8, PngBytes.GreyAlpha, [10, 77]), "x").Pixels);

    [Fact]
    public void PalettePng_IsLookedUpWithItsTransparency()
    {
        var file = PngBytes.Write(2, 1, 8, PngBytes.Palette, [1, 0], ("PLTE", [1, 2, 3, 40, 50, 60]), ("tRNS", [0, 255]));

        Assert.Equal([40, 50, 60, 255, 1, 2, 3, 0], ImageFile.Decode(file, "x").Pixels);
    }

    [Fact]
    public void CmykJpeg_BecomesSrgb()
    {
        // No ink is white paper; full cyan has the least red of all channels.
        byte[] inks = [.. Enumerable.Repeat<byte[]>([0, 0, 0, 0], 8 * 8).SelectMany(ink => ink), .. Enumerable.Repeat<byte[]>([255, 0, 0, 0], 8 * 8).SelectMany(ink => ink)];
        var file = VipsEncoder.Encode(inks, 8, 16, 4, ".jpg[Q=95]", VipsEncoder.Cmyk);

        Assert.Equal(ColourSpace.Cmyk, ImageFile.Probe(file, "x").ColourSpace);
        var image = ImageFile.Decode(file, "x").Over(Rgb.Black);
        Assert.All([image[4, 2].R, image[4, 2].G, image[4, 2].B], channel => Assert.InRange(channel, 250, 255));
        Assert.True(image[4, 13].R < 60 && image[4, 13].B > 180, $"Cyan came as {image[4, 13]}.");
    }

    [Fact]
    public void AnimatedGif_GivesItsFirstFrame()
    {
        var file = VipsEncoder.Encode(Frames(), 8, 24, 3, ".gif", pageHeight: 8);

        Assert.Equal((ImageFormat.Gif, 3), (ImageFile.Probe(file, "x").Format, ImageFile.Probe(file, "x").Pages));
        AssertFirstFrame(ImageFile.Decode(file, "x"));
    }

    [Fact]
    public void AnimatedWebP_GivesItsFirstFrame()
    {
        var file = VipsEncoder.Encode(Frames(), 8, 24, 3, ".webp[lossless]", pageHeight: 8);

        Assert.Equal((ImageFormat.WebP, 3), (ImageFile.Probe(file, "x").Format, ImageFile.Probe(file, "x").Pages));
        AssertFirstFrame(ImageFile.Decode(file, "x"));
    }

    [Theory]
    [InlineData(".jpg[Q=95]")]
    [InlineData(".png")]
    [InlineData(".webp[lossless]")]
    public void RotatedPhotograph_ComesUpright(string suffix)
    {
        // Orientation 6: to be turned clockwise, so the stored left column becomes the top row.
        var stored = new Image(16, 8, Rgb.Black);
        stored.Draw(new(8, 8, Rgb.White), 0, 0);
        var file = VipsEncoder.Encode(stored.Pixels, 16, 8, 3, suffix, orientation: 6);

        var image = ImageFile.Decode(file, "x").Over(Rgb.Black);

        Assert.Equal((8, 16), (image.Width, image.Height));
        Assert.True(image[4, 2].R > 200 && image[4, 13].R < 50);
    }

    // Made and decoded by Pillow 9.4.0: Image.open(…).convert('RGB').tobytes().
    [Theory]
    [InlineData(Photographs.Baseline)]
    [InlineData(Photographs.Progressive)]
    public void JpegWithHalfTheColour_HasPillowsPixels(string base64)
    {
        var image = ImageFile.Decode(Convert.FromBase64String(base64), "x").Over(Rgb.Black);

        Assert.Equal(Photographs.Sha256, Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));
    }

    [Fact]
    public void JpegWithAGainMap_GivesThePictureForOrdinaryScreens()
    {
        var file = VipsEncoder.UltraHdr(Pictures.Smooth(128, 128, seed: 1));

        Assert.Equal(new(ImageFormat.Jpeg, 128, 128, 3, 8, 1, ColourSpace.Rgb, HasAlpha: false), ImageFile.Probe(file, "x"));
        Assert.Equal((128, 128), (ImageFile.Decode(file, "x").Width, ImageFile.Decode(file, "x").Height));
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg[Q=100,subsample_mode=off]")]
    [InlineData(".webp[lossless]")]
    public void ColourProfile_IsHonoured(string suffix)
    {
        byte[] pixels = [.. Enumerable.Repeat<byte[]>([250, 90, 130], 8 * 8).SelectMany(pixel => pixel)];
        var file = VipsEncoder.Encode(pixels, 8, 8, 3, suffix, profile: IccProfile.RedAndBlueSwapped());

        var read = ImageFile.Decode(file, "x").Over(Rgb.Black)[4, 4];

        Assert.InRange(read.R, 130 - 6, 130 + 6);
        Assert.InRange(read.G, 90 - 6, 90 + 6);
        Assert.InRange(read.B, 250 - 6, 250 + 5);
    }

    [Fact]
    public void BrokenColourProfile_IsLeftOut()
    {
        var file = VipsEncoder.Encode(new Image(8, 8, new Rgb(1, 2, 3)).Pixels, 8, 8, 3, ".png", profile: [.. IccProfile.RedAndBlueSwapped().Take(200)]);

        Assert.Equal(new(1, 2, 3), ImageFile.Decode(file, "x").Over(Rgb.Black)[4, 4]);
    }

    // As Pillow and browsers' canvases have it.
    [Fact]
    public void GammaOfAPng_LeavesTheLevelsAlone() => Assert.Equal(
        [10, 100, 200, 255], ImageFile.Decode(PngBytes.Write(1, 1, 8, PngBytes.Rgb, [10, 100, 200], ("gAMA", [0, 1, 0x86, 0xA0])), "x").Pixels);

    [Fact]
    public void JpegCalledPng_IsReadAsTheJpegItIs()
    {
        using var folder = new TempFolder();
        var path = folder.Add("photo.png", VipsEncoder.Encode(new Image(8, 8, new Rgb(200, 100, 50)), ".jpg[Q=95]"));

        Assert.Equal(ImageFormat.Jpeg, ImageFile.Probe(path).Format);
        Assert.InRange(ImageFile.Load(path, Rgb.White)[4, 4].R, 195, 205);  // JPEG rounds colours by a few levels
    }

    // Pages of 8×8: red, green, blue.
    private static byte[] Frames() =>
        [.. new Image(8, 8, new Rgb(255, 0, 0)).Pixels, .. new Image(8, 8, new Rgb(0, 255, 0)).Pixels, .. new Image(8, 8, new Rgb(0, 0, 255)).Pixels];

    private static void AssertFirstFrame(RgbaImage image)
    {
        Assert.Equal((8, 8), (image.Width, image.Height));
        Assert.Equal(new Image(8, 8, new Rgb(255, 0, 0)).Pixels, image.Over(Rgb.Black).Pixels);
    }
}
