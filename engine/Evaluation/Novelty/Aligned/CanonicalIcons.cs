using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>Icons with their backgrounds made one colour, so that another background does not make another icon.</summary>
/// <remarks>
/// That colour is the references' own most common background: most references then stay as they are, and light parts that a white
/// background cannot be told from are white in both.
/// </remarks>
internal sealed class CanonicalIcons
{
    private readonly bool[] _hasBackground;

    private CanonicalIcons(IconPixels icons, Background?[] backgrounds, Rgb colour) =>
        (Pixels, _hasBackground, Colour) = (Over(icons, backgrounds, colour), [.. backgrounds.Select(each => each is not null)], colour);

    public IconPixels Pixels { get; }

    /// <summary>The one background colour.</summary>
    public Rgb Colour { get; }

    /// <summary>
    /// An icon with what lies around it: the background colour; for an icon that fills its square its own outermost pixels, as a
    /// pattern that is moved goes on rather than ends.
    /// </summary>
    /// <param name="margin">Pixels on each side.</param>
    /// <returns>[size + 2 · margin, size + 2 · margin].</returns>
    public Image WithMargin(int i, int margin)
    {
        var (icon, padded) = (Pixels.ToImage(i), new Image(Pixels.ImageSize + 2 * margin, Pixels.ImageSize + 2 * margin, Colour));
        padded.Draw(icon, margin, margin);
        if (_hasBackground[i]) return padded;
        // Sideways first, so that the rows above and below have their corners.
        for (var x = 1; x <= margin; x++)
        {
            padded.Draw(icon.Crop(0, 0, 1, icon.Height), margin - x, margin);
            padded.Draw(icon.Crop(icon.Width - 1, 0, 1, icon.Height), margin + icon.Width - 1 + x, margin);
        }
        var (top, bottom) = (padded.Crop(0, margin, padded.Width, 1), padded.Crop(0, margin + icon.Height - 1, padded.Width, 1));
        for (var y = 1; y <= margin; y++)
        {
            padded.Draw(top, 0, margin - y);
            padded.Draw(bottom, 0, margin + icon.Height - 1 + y);
        }
        return padded;
    }

    /// <summary>References on their most common background colour; on white where none has a plain background.</summary>
    public static CanonicalIcons OfReferences(IconPixels icons)
    {
        var backgrounds = Backgrounds(icons);
        var colour = backgrounds.Where(each => each is not null).GroupBy(each => each!.Colour)
            .OrderByDescending(group => group.Count()).Select(group => (Rgb?)group.Key).FirstOrDefault() ?? Rgb.White;
        return new(icons, backgrounds, colour);
    }

    /// <summary>Queries on the background colour of the references.</summary>
    public static CanonicalIcons Over(IconPixels icons, Rgb colour) => new(icons, Backgrounds(icons), colour);

    private static Background?[] Backgrounds(IconPixels icons)
    {
        var found = new Background?[icons.Count];
        Parallel.For(0, icons.Count, i => found[i] = Background.Of(icons[i], icons.ImageSize));
        return found;
    }

    private static IconPixels Over(IconPixels icons, Background?[] backgrounds, Rgb colour)
    {
        var pixels = icons.Data.ToArray();
        Parallel.For(0, icons.Count, i => backgrounds[i]?.Over(icons[i], colour).CopyTo(pixels, i * icons.BytesPerIcon));
        return new(pixels, icons.ImageSize);
    }
}
