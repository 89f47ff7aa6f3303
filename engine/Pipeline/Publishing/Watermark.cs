using IconDiffusion.Imaging;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>The visible mark of generated icons: “AI” in white on dark, in the lower right corner.</summary>
public static class Watermark
{
    // A 3×5 and a 1×5 letter with a pixel between and around them: drawn here, so that it is the same on every machine.
    private static readonly string[] Letters =
    [
        ".......",
        "..#..#.",
        ".#.#.#.",
        ".###.#.",
        ".#.#.#.",
        ".#.#.#.",
        ".......",
    ];

    // A pixel of the mark for each so many pixels of the icon: 7×7 at 32 px, 14×14 at 128 px, a ninetieth of the icon.
    private const int Unit = 64;

    private static readonly Rgb Dark = new(32, 32, 32);

    /// <summary>A copy of the icon with the mark; icons of less than 8 px are covered by it.</summary>
    public static Image Draw(Image icon)
    {
        var mark = new Image(Letters[0].Length, Letters.Length, Dark);
        for (var y = 0; y < Letters.Length; y++)
            for (var x = 0; x < Letters[y].Length; x++)
                if (Letters[y][x] == '#') mark.Draw(new Image(1, 1, Rgb.White), x, y);
        mark = mark.Enlarged(Math.Max(1, Math.Min(icon.Width, icon.Height) / Unit));
        mark = mark.Crop(0, 0, Math.Min(mark.Width, icon.Width), Math.Min(mark.Height, icon.Height));
        var marked = new Image(icon.Width, icon.Height, [.. icon.Pixels]);
        marked.Draw(mark, icon.Width - mark.Width, icon.Height - mark.Height);
        return marked;
    }
}
