using IconDiffusion.Data;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty;

/// <summary>
/// Sets whose novelty is known beforehand, made of training icons: copies in disguise. The copycat is the training set itself, the
/// mirrored copy <see cref="IconPixels.Mirrored"/>. The same seed makes the same set on every machine.
/// </summary>
public static class Controls
{
    // A new background differs at least so much from the old one in some channel.
    private const int LeastChange = 64;

    /// <summary>Each icon moved by its own shift, other than none; the background colour, or else the nearest pixel, fills what it leaves.</summary>
    /// <param name="maxShift">Largest shift in either direction, pixels; at least 1.</param>
    public static IconPixels Shifted(IconPixels icons, int maxShift, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShift, 1);
        return Each(icons, i =>
        {
            var random = new SplitMix64(seed, i, 0);
            var (x, y) = (0, 0);
            while ((x, y) == (0, 0))
                (x, y) = (random.Below(2 * maxShift + 1) - maxShift, random.Below(2 * maxShift + 1) - maxShift);
            return Shifted(icons[i], icons.ImageSize, x, y);
        });
    }

    /// <summary>Each icon over its own random background colour; an icon that fills its square stays as it is.</summary>
    public static IconPixels Recoloured(IconPixels icons, long seed) => Each(icons, i =>
    {
        if (Background.Of(icons[i], icons.ImageSize) is not { } background) return icons[i].ToArray();
        var random = new SplitMix64(seed, i, 1);
        var colour = background.Colour;
        while (Math.Max(Math.Abs(colour.R - background.Colour.R), Math.Max(Math.Abs(colour.G - background.Colour.G), Math.Abs(colour.B - background.Colour.B))) < LeastChange)
            colour = new((byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256));
        return background.Over(icons[i], colour);
    });

    /// <summary>Icons of independent uniform values, which copy nothing.</summary>
    public static IconPixels Noise(int count, int imageSize, long seed)
    {
        var pixels = new byte[checked(count * imageSize * imageSize * 3)];
        var bytes = pixels.Length / Math.Max(count, 1);
        Parallel.For(0, count, i =>
        {
            var random = new SplitMix64(seed, i, 2);
            foreach (ref var value in pixels.AsSpan(i * bytes, bytes)) value = (byte)random.Next();
        });
        return new(pixels, imageSize);
    }

    private static byte[] Shifted(ReadOnlySpan<byte> icon, int size, int shiftX, int shiftY)
    {
        var (moved, fill) = (new byte[icon.Length], Background.Of(icon, size)?.Colour);
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
            {
                var (fromX, fromY) = (Math.Clamp(x - shiftX, 0, size - 1), Math.Clamp(y - shiftY, 0, size - 1));
                var to = moved.AsSpan((y * size + x) * 3, 3);
                if (fill is { } colour && (fromX != x - shiftX || fromY != y - shiftY)) (to[0], to[1], to[2]) = (colour.R, colour.G, colour.B);
                else icon.Slice((fromY * size + fromX) * 3, 3).CopyTo(to);
            }
        return moved;
    }

    private static IconPixels Each(IconPixels icons, Func<int, byte[]> change)
    {
        var pixels = new byte[icons.Data.Length];
        Parallel.For(0, icons.Count, i => change(i).CopyTo(pixels, i * icons.BytesPerIcon));
        return new(pixels, icons.ImageSize);
    }
}
