using IconDiffusion.Data;
using IconDiffusion.Imaging;

namespace IconDiffusion.Tests;

/// <summary>Pictures that are easy to tell apart.</summary>
internal static class Pictures
{
    /// <summary>Smooth, coloured, and neither symmetric nor like that of another seed.</summary>
    public static Image Smooth(int width, int height, int seed)
    {
        var random = new SplitMix64(seed);
        double Draw() => random.Below(1000) / 1000.0;
        double[] fx = [Draw(), Draw(), Draw()], fy = [Draw(), Draw(), Draw()], phase = [Draw(), Draw(), Draw()];
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (channel, x, y) = (i % 3, (double)(i / 3 % width) / width, (double)(i / 3 / width) / height);
            pixels[i] = (byte)(127.5 + (127 * Math.Sin((2 * Math.PI * ((fx[channel] * x) + (fy[channel] * y) + phase[channel])) + (3 * x * y))));
        }
        return new(width, height, pixels);
    }

    /// <summary>Every pixel drawn on its own.</summary>
    public static Image Noise(int width, int height, int seed)
    {
        var random = new SplitMix64(seed);
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)random.Below(256);
        return new(width, height, pixels);
    }
}
