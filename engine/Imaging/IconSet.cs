using IconDiffusion.Specs;

namespace IconDiffusion.Imaging;

/// <summary>Icons of one size in a fixed order, each with its name: training icons, those that are held out of training, a folder's.</summary>
public sealed record IconSet
{
    /// <param name="names">One for each icon: file names relative to their folder, or the emoji's names.</param>
    /// <exception cref="ArgumentException">There are more or fewer names than icons.</exception>
    public IconSet(EquatableList<string> names, IconPixels pixels)
    {
        if (names.Count != pixels.Count)
            throw new ArgumentException($"{names.Count} names came for {pixels.Count} icons of {pixels.ImageSize}×{pixels.ImageSize}; wanted one for each.", nameof(names));
        (Names, Pixels) = (names, pixels);
    }

    /// <summary>Each icon's name, in their order.</summary>
    public EquatableList<string> Names { get; }

    /// <summary>The icons, in the order of their names.</summary>
    public IconPixels Pixels { get; }

    /// <summary>Number of icons.</summary>
    public int Count => Names.Count;
}
