using System.Text;
using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

public class PngTextTests
{
    private static readonly PngTextEntry[] Entries =
    [
        new("Title", "Icon 7"), new("Comment", "{\"a\":\"ä ☺ \\n\"}"), new("XML:com.adobe.xmp", "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>"), new("Empty", ""),
    ];

    private static readonly Image Icon = Pictures.Noise(9, 7, seed: 1);

    [Fact]
    public void Texts_ComeBackInOrder_AndThePixelsStay()
    {
        var png = PngText.Insert(ImageFile.EncodePng(Icon), Entries);

        Assert.Equal(Entries, PngText.Read(png));
        Assert.Equal(Icon.Pixels, ImageFile.Decode(png, "icon").Over(Rgb.White).Pixels);
    }

    [Fact]
    public void MoreTexts_ComeBeforeThoseThatAreThere()
    {
        var png = PngText.Insert(PngText.Insert(ImageFile.EncodePng(Icon), Entries), [new("Software", "second")]);

        Assert.Equal([new("Software", "second"), .. Entries], PngText.Read(png));
    }

    // As the specification's example has it, byte by byte, with zlib's checksum of it.
    [Fact]
    public void AChunk_IsLaidOutAsTheSpecificationSays()
    {
        var png = PngText.Insert(ImageFile.EncodePng(Icon), [new("Title", "ä")]);

        var chunk = png.AsSpan(8 + 25);  // behind signature and IHDR
        Assert.Equal([0, 0, 0, 12, .. "iTXtTitle"u8, 0, 0, 0, 0, 0, .. "ä"u8], chunk[..20].ToArray());
        Assert.Equal("IEND"u8, png.AsSpan(^8..^4));
        Assert.Equal([0xAE, 0x42, 0x60, 0x82], png[^4..]);
    }

    [Fact]
    public void ACompressedText_IsLeftOut()
    {
        byte[] compressed = [.. "Comment"u8, 0, 1, 0, 0, 0, 0x78, 0x9C];
        Assert.Empty(PngText.Read(PngBytes.Write(1, 1, 8, PngBytes.Grey, [0], ("iTXt", compressed))));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" Title")]
    [InlineData("Tit\0le")]
    [InlineData("Überschrift")]
    public void AKeywordThatPngCannotHave_IsNamed(string keyword) =>
        Assert.Contains(keyword, Assert.Throws<ArgumentException>(() => PngText.Insert(ImageFile.EncodePng(Icon), [new(keyword, "x")])).Message);

    [Fact]
    public void ATextWithZeros_IsRefused() =>
        Assert.Throws<ArgumentException>(() => PngText.Insert(ImageFile.EncodePng(Icon), [new("Title", "a\0b")]));

    [Fact]
    public void DamagedAndForeignFiles_AreRefused()
    {
        var png = ImageFile.EncodePng(Icon);
        var damaged = (byte[])[.. png];
        damaged[20] ^= 1;

        Assert.Contains("IHDR", Assert.Throws<ImageException>(() => PngText.Read(damaged)).Message);
        Assert.Contains("cut off", Assert.Throws<ImageException>(() => PngText.Read(png.AsSpan(..^6))).Message);
        Assert.Contains("IEND", Assert.Throws<ImageException>(() => PngText.Read(png.AsSpan(..^12))).Message);
        Assert.Contains("begin", Assert.Throws<ImageException>(() => PngText.Read(Encoding.ASCII.GetBytes("GIF89a"))).Message);
    }
}
