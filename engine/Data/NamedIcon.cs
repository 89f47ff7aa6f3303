using IconDiffusion.Imaging;

namespace IconDiffusion.Data;

/// <summary>A prepared icon, [ImageSize, ImageSize, 3], and where it came from.</summary>
public sealed record NamedIcon(string Name, Image Icon);
