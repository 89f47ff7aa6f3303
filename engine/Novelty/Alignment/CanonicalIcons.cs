using IconDiffusion.Engine.Imaging;
using IconDiffusion.Engine.Metrics;

namespace IconDiffusion.Engine.Novelty;

/// <summary>Icons with their backgrounds made one colour, so that another background does not make another icon.</summary>
/// <remarks>
/// That colour is the references' own most common background: most references then stay as they are, and light parts that a white
/// background cannot be told from are white in both.
/// </remarks>
internal sealed class CanonicalIcons
{
    private CanonicalIcons(IconPixels pixels, Rgb colour) => (Pixels, Colour) = (pixels, colour);

    public IconPixels Pixels { get; }

    /// <summary>The one background colour; also what lies around the icons.</summary>
    public Rgb Colour { get; }

    /// <summary>References on their most common background colour; on white where none has a plain background.</summary>
    public static CanonicalIcons OfReferences(IconPixels icons)
    {
        var backgrounds = Backgrounds(icons);
        var colour = backgrounds.Where(each => each is not null).GroupBy(each => each!.Colour)
            .OrderByDescending(group => group.Count()).Select(group => (Rgb?)group.Key).FirstOrDefault() ?? Rgb.White;
        return new(Over(icons, backgrounds, colour), colour);
    }

    /// <summary>Queries on the background colour of the references.</summary>
    public static CanonicalIcons Over(IconPixels icons, Rgb colour) => new(Over(icons, Backgrounds(icons), colour), colour);

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
