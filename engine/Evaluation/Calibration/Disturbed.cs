using IconDiffusion.Data;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Calibration;

/// <summary>Icons with something wrong with each of them. The same seed makes the same icons.</summary>
public static class Disturbed
{
    private const double Unit = 1.0 / (1L << 53);

    /// <summary>Gaussian blur, the border's pixels continued outwards.</summary>
    /// <param name="deviation">Of the kernel, pixels; above 0.</param>
    public static IconPixels Blurred(IconPixels icons, double deviation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        var reach = Math.Max(1, (int)Math.Ceiling(3 * deviation));
        double[] kernel = [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(x => Math.Exp(-x * x / (2 * deviation * deviation)))];
        var sum = kernel.Sum();
        var size = icons.ImageSize;
        return Each(icons, i =>
        {
            var (across, down) = (new double[icons.BytesPerIcon], new byte[icons.BytesPerIcon]);
            var icon = icons[i];
            for (var at = 0; at < across.Length; at++)
            {
                var (x, rest) = (at / 3 % size, at - (at / 3 % size * 3));
                for (var k = -reach; k <= reach; k++) across[at] += kernel[k + reach] * icon[rest + (Math.Clamp(x + k, 0, size - 1) * 3)];
            }
            for (var at = 0; at < down.Length; at++)
            {
                var (y, rest, value) = (at / (3 * size), at % (3 * size), 0.0);
                for (var k = -reach; k <= reach; k++) value += kernel[k + reach] * across[rest + (Math.Clamp(y + k, 0, size - 1) * 3 * size)];
                down[at] = (byte)Math.Round(value / (sum * sum));
            }
            return down;
        });
    }

    /// <summary>Independent Gaussian noise on every channel of every pixel, cut off at 0 and 255.</summary>
    /// <param name="deviation">Levels.</param>
    public static IconPixels Noisy(IconPixels icons, double deviation, long seed) => Each(icons, i =>
    {
        var random = new SplitMix64(seed, i, 3);
        var noisy = icons[i].ToArray();
        foreach (ref var value in noisy.AsSpan())
        {
            // Box & Muller 1958.
            var (u, v) = ((random.Next() >> 11) + 1, random.Next() >> 11);
            var normal = Math.Sqrt(-2 * Math.Log(u * Unit)) * Math.Cos(2 * Math.PI * (v * Unit));
            value = (byte)Math.Clamp(Math.Round(value + (deviation * normal)), 0, 255);
        }
        return noisy;
    });

    /// <summary>A square filled with the icon's background, or with white where it has none, at a random place of each icon.</summary>
    /// <param name="side">Pixels, at most the icon's.</param>
    public static IconPixels Erased(IconPixels icons, int side, long seed)
    {
        var size = icons.ImageSize;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, size);
        return Each(icons, i =>
        {
            var random = new SplitMix64(seed, i, 4);
            var (left, top) = (random.Below(size - side + 1), random.Below(size - side + 1));
            var erased = icons[i].ToArray();
            var fill = Background.Of(icons[i], size)?.Colour ?? Rgb.White;
            for (var y = top; y < top + side; y++)
                for (var x = left; x < left + side; x++)
                    (erased[((y * size) + x) * 3], erased[(((y * size) + x) * 3) + 1], erased[(((y * size) + x) * 3) + 2]) = (fill.R, fill.G, fill.B);
            return erased;
        });
    }

    private static IconPixels Each(IconPixels icons, Func<int, byte[]> change)
    {
        var pixels = new byte[icons.Data.Length];
        Parallel.For(0, icons.Count, i => change(i).CopyTo(pixels, i * icons.BytesPerIcon));
        return new(pixels, icons.ImageSize);
    }
}
