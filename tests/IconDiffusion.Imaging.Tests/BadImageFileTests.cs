using System.Diagnostics;
using System.Globalization;
using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

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

    [Theory]
    [InlineData(".png")]
    [InlineData(".png[interlace]")]
    [InlineData(".jpg")]
    [InlineData(".jpg[interlace]")]
    [InlineData(".webp")]
    [InlineData(".webp[lossless]")]
    [InlineData(".gif")]
    public void CutFile_IsRefusedAtEveryLength(string suffix)
    {
        var file = VipsEncoder.Encode(Pictures.Noise(64, 64, 1), suffix);

        Assert.Equal(64, ImageFile.Decode(file, "whole").Width);
        // Only the end marker, which holds no pixels, may be missing: 12 bytes in a PNG.
        for (var length = 1; length < file.Length - 12; length += file.Length / 100)
            AssertRefused(file[..length], "");
    }

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

    [Theory]
    [InlineData(".tif")]
    [InlineData(".avif")]
    [InlineData(".csv")]
    public void FileOfAnotherFormat_IsRefused(string suffix) =>
        AssertRefused(VipsEncoder.Encode(Pictures.Noise(8, 8, 1), suffix), "PNG, JPEG, WebP or GIF");

    // Every format that libvips reads, whatever a later version brings.
    [Fact]
    public void LoadersOfOtherFormats_AreBlocked() => Assert.Equal(
        ["gifload_buffer", "jpegload_buffer", "pngload_buffer", "svgload_buffer", "webpload_buffer"], VipsEncoder.OpenLoaders().Order());

    [Fact]
    public void FiftyThousandSquared_IsRefusedBeforeDecoding()
    {
        AssertRefused(PngBytes.HeaderOnly(50_000, 50_000), "2500000000 pixels");

        // Decoded it would be 7.5 GB; the bound leaves room for whatever other tests allocate meanwhile.
        using var self = Process.GetCurrentProcess();
        Assert.InRange(self.PeakWorkingSet64, 0, 6L << 30);
    }

    // 300 MB of zeros, a thousandth of that as a file; a process of its own, since memory is counted by the process.
    [Fact]
    public void PngWithAHugeText_CostsNoMemory()
    {
        using var folder = new TempFolder();
        byte[] text = [.. "Comment"u8, 0, 0, .. PngBytes.Compress(new byte[300 << 20])];
        var path = folder.Add("text.png", PngBytes.Write(1, 1, 8, PngBytes.Rgb, [1, 2, 3], ("zTXt", text)));

        var (lines, errors) = DecodingChild.Run(path);

        Assert.Equal("", errors);
        Assert.Equal("010203FF", lines[0]);
        Assert.InRange(long.Parse(lines[1], CultureInfo.InvariantCulture), 0, 250 << 20);
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

    private static void AssertRefused(byte[] file, string because)
    {
        var error = Assert.Throws<ImageException>(() => ImageFile.Decode(file, "bad"));

        Assert.Contains("'bad'", error.Message);
        Assert.Contains(because, error.Message);
    }
}
