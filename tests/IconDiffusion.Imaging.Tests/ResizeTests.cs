using System.Security.Cryptography;
using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

public class ResizeTests
{
    [Fact]
    public void RightSize_IsLeftAlone()
    {
        var image = Pictures.Noise(32, 32, 1);
        Assert.Same(image, Resize.CoverSquare(image, 32));
    }

    [Fact]
    public void OneColour_StaysThatColour()
    {
        var colour = new Rgb(12, 34, 56);
        foreach (var (width, height) in new[] { (300, 200), (7, 90), (1, 1), (128, 129) })
            Assert.Equal(new Image(64, 64, colour).Pixels, Resize.CoverSquare(new(width, height, colour), 64).Pixels);
    }

    // From Pillow 9.4.0:
    //   pixels = bytes((i * i * 7 + i * 13) % 251 for i in range(width * height * 3))
    //   hashlib.sha256(Image.frombytes('RGB', (width, height), pixels).resize((newWidth, newHeight), Image.BILINEAR).tobytes()).hexdigest()
    [Theory]
    [InlineData(96, 64, 32, 32, "7972c51aa40f2a3f5d78cae54876ff5a68a182aea2ee0ae7473f1a26854b2fdc")]
    [InlineData(100, 70, 33, 17, "d6016c0a7179de77dca4a6c05ac3737cd4077a955fc6788d535075b4b6055541")]
    [InlineData(64, 64, 128, 128, "70a373b7a90d76d7a06fa87834e033d26f3cdfaba8a95b315e8547a982460df3")]
    [InlineData(20, 30, 47, 31, "87e1063b26102dc7cdec88db0e373e75440190705f2a0a278ecf109dcdea812a")]
    [InlineData(513, 300, 128, 74, "dd43722e2a4731272e148381ae9b6c443a4b1a11b7c7f2e3e8fab60057b8a714")]
    [InlineData(128, 128, 32, 32, "6ae0c94b9a0c255d522574e1cbaacacd412210c2bd1df2ae5e82aed5cde1a9b2")]
    public void Pixels_AreThoseOfPillowsBilinear(int width, int height, int newWidth, int newHeight, string sha256)
    {
        var resized = Resize.To(Formula(width, height), newWidth, newHeight);

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(resized.Pixels)));
    }

    // As above, with Image.BICUBIC and Image.LANCZOS.
    [Theory]
    [InlineData("Bicubic", 32, 32, 64, 64, "7802c5dd98a8ded9110f4fbad95f4216c14c43ffec0d737605e30fdb1ea8237f")]
    [InlineData("Bicubic", 16, 16, 48, 48, "21994d38209b41ee17625da976c410dbfb891508eeb01cde646d04c5b59cd123")]
    [InlineData("Bicubic", 96, 64, 32, 32, "7bb4a7adfe843088551e756ec3efe8ae9fe3892d0ad95713635b29b29a54fcfa")]
    [InlineData("Bicubic", 100, 70, 33, 17, "74db232f48dac3038d8cec67277c1c7443943e1618a1f6cd5784e60a8a5dd2dd")]
    [InlineData("Bicubic", 20, 30, 47, 31, "f61ae3f81228482876d1d96e145cbde2c3387bce2e3a32472d630006bbc2ea55")]
    [InlineData("Lanczos", 32, 32, 64, 64, "0eb9fb1180efc4f59ef90128c04bae36ae64452c372dcf60d076b0245d94ac70")]
    [InlineData("Lanczos", 16, 16, 48, 48, "75dec0064ef42050268ad5468bb973a0c29031cd1f97779880de500ba88600b5")]
    [InlineData("Lanczos", 96, 64, 32, 32, "efecbe83e4ab78ec9a712bf2fe856a74d7f7a1203e90c7a069d1990158e841fe")]
    [InlineData("Lanczos", 100, 70, 33, 17, "d6936b1f8a5dab740827a9ac816e3c104fc7ad7485ceb1ded43e4068e677353e")]
    [InlineData("Lanczos", 20, 30, 47, 31, "f16dd3e4dd5746678738705f631be6ba5b58065cb1c14825a79dff60471c0873")]
    public void Pixels_AreThoseOfPillowsSharperFilters(string filter, int width, int height, int newWidth, int newHeight, string sha256)
    {
        var resized = Resize.To(Formula(width, height), newWidth, newHeight, filter == "Bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Lanczos);

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(resized.Pixels)));
    }

    private static Image Formula(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (long i = 0; i < pixels.Length; i++) pixels[i] = (byte)(((i * i * 7) + (i * 13)) % 251);
        return new(width, height, pixels);
    }

    [Theory]
    [InlineData(96, 64, 32, 32)]
    [InlineData(100, 70, 33, 17)]
    [InlineData(64, 64, 128, 128)]
    [InlineData(20, 30, 47, 31)]
    public void Filter_IsANormalisedTriangle(int width, int height, int newWidth, int newHeight)
    {
        var image = Pictures.Noise(width, height, 1);

        var expected = Triangle(image, newWidth, newHeight);
        var actual = Resize.To(image, newWidth, newHeight).Pixels;

        // Two passes, each rounded to whole levels.
        for (var i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], tolerance: 1.01);
    }

    [Fact]
    public void MirroredImage_GivesTheMirroredResult()
    {
        var image = Pictures.Noise(96, 60, 1);  // an odd remainder would be centred half a pixel to one side
        Assert.Equal(Resize.CoverSquare(image, 30).Mirrored().Pixels, Resize.CoverSquare(image.Mirrored(), 30).Pixels);
    }

    [Theory]
    [InlineData(48, 16)]
    [InlineData(16, 48)]
    [InlineData(1600, 16)]
    public void LongSide_LosesItsEnds(int width, int height)
    {
        var image = new Image(width, height, Rgb.Black);
        var side = Math.Min(width, height);
        image.Draw(new(side, side, Rgb.White), (width - side) / 2, (height - side) / 2);

        var square = Resize.CoverSquare(image, 32);

        Assert.Equal((32, 32), (square.Width, square.Height));
        Assert.Equal(new Image(28, 28, Rgb.White).Pixels, square.Crop(2, 2, 28, 28).Pixels);  // the filter blurs the very edge
    }

    [Fact]
    public void StripOfAMillionPixels_NeedsNoHugeIntermediate() =>
        Assert.Equal(128, Resize.CoverSquare(new(1_000_000, 1, Rgb.White), 128).Width);

    // A triangle of half-width max(1, scale), cut off at the edges and normalised; in float64, without steps between.
    private static double[] Triangle(Image image, int newWidth, int newHeight)
    {
        double[][] across = Weights(image.Width, newWidth), down = Weights(image.Height, newHeight);
        var result = new double[newWidth * newHeight * 3];
        for (var i = 0; i < result.Length; i++)
        {
            var (channel, x, y) = (i % 3, i / 3 % newWidth, i / 3 / newWidth);
            for (var v = 0; v < image.Height; v++)
                if (down[y][v] > 0)
                    for (var u = 0; u < image.Width; u++)
                        result[i] += down[y][v] * across[x][u] * image.Pixels[(((v * image.Width) + u) * 3) + channel];
        }
        return result;
    }

    private static double[][] Weights(int from, int to)
    {
        var scale = (double)from / to;
        var reach = Math.Max(1, scale);
        return Enumerable.Range(0, to).Select(target =>
        {
            var centre = (target + 0.5) * scale;
            var weights = Enumerable.Range(0, from).Select(source => Math.Max(0, 1 - (Math.Abs(source + 0.5 - centre) / reach))).ToArray();
            return weights.Select(weight => weight / weights.Sum()).ToArray();
        }).ToArray();
    }
}
