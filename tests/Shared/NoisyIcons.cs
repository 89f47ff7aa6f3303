using IconDiffusion.Imaging;

namespace IconDiffusion.Tests;

internal static class NoisyIcons
{
    public static IconPixels Make(int count, int size, int seed)
    {
        var pixels = new byte[count * size * size * 3];
        new Random(seed).NextBytes(pixels);
        return new(pixels, size);
    }
}
