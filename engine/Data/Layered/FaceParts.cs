using System.Collections.Concurrent;

namespace IconDiffusion.Data.Layered;

/// <summary>The parts' drawings at one icon size, drawn when first asked for.</summary>
/// <param name="size">The icon's side, pixels.</param>
public sealed class FaceParts(int size)
{
    /// <summary>Units of the canvas that a layout's moves and the shapes' points count in.</summary>
    public const int Units = 128;

    private static readonly IReadOnlyList<FaceVariant>[] Drawings =
        [Backdrops.All, FaceShapes.All, Shirts.All, Eyes.All, Noses.All, Mouths.All, Hairs.All, Accessories.All];

    private readonly ConcurrentDictionary<(FaceLayer Layer, int Variant, int PhaseX, int PhaseY), Lazy<PartSheets>> _drawn = new();

    public int Size => size;

    public static int LayerCount => Drawings.Length;

    public static FaceVariant Variant(FaceLayer layer, int variant) => Drawings[(int)layer][variant];

    /// <summary>Whether there is anything to see of it; an accessory can be none.</summary>
    public static bool IsDrawn(FaceLayer layer, int variant) => Variant(layer, variant).Front.Count > 0;

    public static int VariantCount(FaceLayer layer) => Drawings[(int)layer].Count;

    /// <summary>A part moved as the layout says.</summary>
    public PartSheets Draw(FaceLayer layer, int variant, PartMove move)
    {
        var (x, phaseX) = Split(move.X);
        var (y, phaseY) = Split(move.Y);
        var sheets = _drawn.GetOrAdd((layer, variant, phaseX, phaseY), key => new(() =>
        {
            var drawing = Variant(key.Layer, key.Variant);
            return new(Rasteriser.Draw(drawing.Back, size, key.PhaseX, key.PhaseY), Rasteriser.Draw(drawing.Front, size, key.PhaseX, key.PhaseY));
        })).Value;
        return new(sheets.Back.Moved(x, y), sheets.Front.Moved(x, y));
    }

    // Whole pixels, and what is left in 1/128 pixels.
    private (int Pixels, int Phase) Split(int move)
    {
        var phase = (((move * size) % Units) + Units) % Units;
        return (((move * size) - phase) / Units, phase);
    }
}

/// <summary>A part's two drawings: behind the face, and at its layer's depth.</summary>
public sealed record PartSheets(Sheet Back, Sheet Front);
