namespace IconDiffusion.Imaging.Tests;

public sealed class PixelDistanceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(65)]
    [InlineData(64 * 128 + 63)]
    [InlineData(128 * 128 * 3)]
    public void VectorSums_EqualThePlainSum(int length)
    {
        var random = new Random(length);
        byte[] a = new byte[length], b = new byte[length];
        random.NextBytes(a);
        random.NextBytes(b);
        Check();
        Array.Fill<byte>(a, 0);
        Array.Fill<byte>(b, 255);
        Check();

        void Check()
        {
            var plain = a.Zip(b, (x, y) => (long)Math.Abs(x - y)).Sum();
            Assert.Equal(plain, PixelDistance.Sum(a, b));
            Assert.Equal(plain, PixelDistance.SumPortable(a, b));
        }
    }
}
