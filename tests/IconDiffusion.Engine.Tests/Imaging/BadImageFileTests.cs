using System.Diagnostics;
using IconDiffusion.Engine.Imaging;

namespace IconDiffusion.Engine.Tests.Imaging;

public class BadImageFileTests
{
    [Fact]
    public void MissingFile_IsNamed()
    {
        var error = Assert.Throws<ImageException>(() => ImageFile.Load("/nowhere/icon.png", Rgb.White));

        Assert.Contains("/nowhere/icon.png", error.Message);
    }

    [Fact]
    public void FolderInPlaceOfAFile_IsRefused()
    {
        using var folder = new TempFolder();
        Assert.Throws<ImageException>(() => ImageFile.Load(folder.Path, Rgb.White));
    }

    [Fact]
    public void ZeroBytes_AreCalledEmpty() => AssertRefused([], "empty");

    [Fact]
    public void TruncatedPng_IsRefused() => AssertTruncationRefused(ImageFile.EncodePng(Pictures.Noise(64, 64, 1)));

    [Fact]
    public void TruncatedJpeg_IsRefused() => AssertTruncationRefused(VipsEncoder.Encode(Pictures.Noise(64, 64, 1), ".jpg"));

    [Fact]
    public void TruncatedWebP_IsRefused() => AssertTruncationRefused(VipsEncoder.Encode(Pictures.Noise(64, 64, 1), ".webp"));

    [Fact]
    public void TruncatedGif_IsRefused() => AssertTruncationRefused(VipsEncoder.Encode(Pictures.Noise(64, 64, 1), ".gif"));

    [Fact]
    public void DamagedPng_IsRefused()
    {
        var file = ImageFile.EncodePng(Pictures.Noise(64, 64, 1));
        file[file.Length / 2] ^= 0x55;

        AssertRefused(file, "corrupt");
    }

    [Fact]
    public void TextCalledPng_IsRefused() => AssertRefused("This is not a picture."u8.ToArray(), "PNG, JPEG, WebP or GIF");

    [Fact]
    public void Svg_IsRefused() => AssertRefused(
        """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>"""u8.ToArray(),
        "PNG, JPEG, WebP or GIF");

    [Fact]
    public void Tiff_IsRefused() => AssertRefused(VipsEncoder.Encode(Pictures.Noise(8, 8, 1), ".tif"), "PNG, JPEG, WebP or GIF");

    [Fact]
    public void FiftyThousandSquared_IsRefusedBeforeDecoding()
    {
        AssertRefused(PngBytes.HeaderOnly(50_000, 50_000), "2500000000 pixels");

        // Decoded it would be 7.5 GB; the bound leaves room for whatever other tests allocate meanwhile.
        using var self = Process.GetCurrentProcess();
        Assert.InRange(self.PeakWorkingSet64, 0, 6L << 30);
    }

    [Fact]
    public void PixelBound_CountsPixelsNotSides()
    {
        var file = ImageFile.EncodePng(Pictures.Noise(20, 10, 1));

        Assert.Equal(20, ImageFile.Decode(file, "x", maxPixels: 200).Width);
        Assert.Throws<ImageException>(() => ImageFile.Decode(file, "x", maxPixels: 199));
    }

    [Fact]
    public void ConcurrentBadFiles_AllFail()
    {
        var good = ImageFile.EncodePng(Pictures.Noise(32, 32, 1));
        var bad = good[..(good.Length / 2)];

        Parallel.For(0, 200, i =>
        {
            if (i % 2 == 0) Assert.Equal(32, ImageFile.Decode(good, "good").Width);
            else AssertRefused(bad, "bad");
        });
    }

    private static void AssertTruncationRefused(byte[] file)
    {
        Assert.NotNull(ImageFile.Decode(file, "whole"));
        // Only the end marker, which holds no pixels, may be missing: 12 bytes in a PNG.
        for (var length = 1; length < file.Length - 12; length += file.Length / 100)
            AssertRefused(file[..length], "");
    }

    private static void AssertRefused(byte[] file, string because)
    {
        var error = Assert.Throws<ImageException>(() => ImageFile.Decode(file, "bad"));

        Assert.Contains("'bad'", error.Message);
        Assert.Contains(because, error.Message);
    }
}
