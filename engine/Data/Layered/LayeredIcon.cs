using IconDiffusion.Imaging;

namespace IconDiffusion.Data.Layered;

/// <summary>An icon of which every part is known: its variant, its place, its layer and what can be seen of it.</summary>
public sealed class LayeredIcon
{
    private readonly LayeredArt _art;
    private readonly Lazy<Image> _icon;

    /// <summary>An icon of a style, of these variants, with its parts in these places.</summary>
    public LayeredIcon(LayeredArt art, Combination combination, ArtLayout layout)
    {
        (_art, Combination, Layout) = (art, combination, layout);
        _icon = new(() => art.Draw(combination, layout));
    }

    /// <summary>The variant of each layer.</summary>
    public Combination Combination { get; }

    /// <summary>Where its parts are.</summary>
    public ArtLayout Layout { get; }

    /// <summary>Its variants' names; see <see cref="LayeredArt.NameOf"/>.</summary>
    public string Name => _art.NameOf(Combination);

    /// <summary>[size, size, 3].</summary>
    public Image Icon => _icon.Value;

    /// <summary>A part alone, [size, size, 4].</summary>
    /// <param name="layer">Its number in <see cref="LayeredArt.Layers"/>.</param>
    public RgbaImage Layer(int layer)
    {
        // All pieces on one picture: what one covers in part shows those under it beside it.
        var pixels = new byte[_art.Size * _art.Size * 4];
        foreach (var piece in Pieces().Where(each => each.Layer == layer))
        {
            var over = piece.Sheet.OnIcon(_art.Size).Pixels;
            for (var i = 0; i < pixels.Length; i += 4)
            {
                var (a, b) = (over[i + 3] * 255, pixels[i + 3] * (255 - over[i + 3]));
                if (a + b == 0) continue;
                for (var channel = 0; channel < 3; channel++)
                    pixels[i + channel] = (byte)(((over[i + channel] * a) + (pixels[i + channel] * b) + ((a + b) / 2)) / (a + b));
                pixels[i + 3] = (byte)((a + b + 127) / 255);
            }
        }
        return new(_art.Size, _art.Size, pixels);
    }

    /// <summary>How much of each pixel shows the part, 0…255, what lies over it taken off: uint8 [size, size].</summary>
    /// <param name="layer">Its number in <see cref="LayeredArt.Layers"/>.</param>
    public byte[] VisibleMask(int layer)
    {
        var mask = new int[_art.Size * _art.Size];
        foreach (var (drawn, sheet) in Pieces())
        {
            var alpha = sheet.OnIcon(_art.Size).Pixels;
            for (var i = 0; i < mask.Length; i++)
            {
                var covered = alpha[(4 * i) + 3];
                mask[i] = ((mask[i] * (255 - covered)) + 127) / 255;
                if (drawn == layer) mask[i] += covered;
            }
        }
        return [.. mask.Select(value => (byte)Math.Min(value, 255))];
    }

    /// <summary>The icon with changed drawings: what damage to a part looks like under and over the others.</summary>
    public Image Compose(Func<int, Sheet, Sheet> change) => _art.Compose(Combination, Layout, change);

    private IEnumerable<(int Layer, Sheet Sheet)> Pieces() =>
        _art.Stack(Combination.Variants).Select(piece => (piece.Layer, _art.Draw(piece, Layout[piece.Layer])));
}
