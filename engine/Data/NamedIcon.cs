using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>A prepared icon, [ImageSize, ImageSize, 3], and where it came from.</summary>
public sealed record NamedIcon(string Name, Image Icon)
{
    /// <summary>What is known of it, as <see cref="TagNames.Of"/> writes it; counts where the data set is to have tags.</summary>
    public EquatableList<string> Tags { get; init; } = [];
}
