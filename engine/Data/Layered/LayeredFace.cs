using IconDiffusion.Imaging;

namespace IconDiffusion.Data.Layered;

/// <summary>A face of which every part is known: its variant, its place, its layer and what can be seen of it.</summary>
public sealed class LayeredFace
{
    private readonly FaceParts _parts;
    private readonly Rgb _background;
    private readonly Lazy<Image> _icon;

    internal LayeredFace(FaceParts parts, FaceCombination combination, FaceLayout layout, Rgb background)
    {
        (_parts, Combination, Layout, _background) = (parts, combination, layout, background);
        _icon = new(() => Compose((_, sheet) => sheet));
    }

    public FaceCombination Combination { get; }

    public FaceLayout Layout { get; }

    /// <summary>Its layers laid over one another and the background, [size, size, 3].</summary>
    public Image Icon => _icon.Value;

    /// <summary>A part alone, [size, size, 4].</summary>
    public RgbaImage Layer(FaceLayer layer)
    {
        var (back, front) = Sheets(layer);
        // Both pieces on one picture: what the front covers in part shows the back beside it.
        var (under, over) = (back.OnIcon(_parts.Size), front.OnIcon(_parts.Size));
        var pixels = new byte[under.Pixels.Length];
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var (a, b) = (over.Pixels[i + 3] * 255, under.Pixels[i + 3] * (255 - over.Pixels[i + 3]));
            if (a + b == 0) continue;
            for (var channel = 0; channel < 3; channel++)
                pixels[i + channel] = (byte)(((over.Pixels[i + channel] * a) + (under.Pixels[i + channel] * b) + ((a + b) / 2)) / (a + b));
            pixels[i + 3] = (byte)((a + b + 127) / 255);
        }
        return new(_parts.Size, _parts.Size, pixels);
    }

    /// <summary>How much of each pixel shows the part, 0…255, what lies over it taken off: uint8 [size, size].</summary>
    public byte[] VisibleMask(FaceLayer layer)
    {
        var mask = new int[_parts.Size * _parts.Size];
        foreach (var (drawn, sheet) in Stack())
        {
            var alpha = sheet.OnIcon(_parts.Size).Pixels;
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
    internal Image Compose(Func<FaceLayer, Sheet, Sheet> change)
    {
        var icon = new Image(_parts.Size, _parts.Size, _background);
        foreach (var (layer, sheet) in Stack())
            change(layer, sheet).Over(icon);
        return icon;
    }

    // From the bottom up: the backdrop, what lies behind the face, then layer by layer.
    private IEnumerable<(FaceLayer Layer, Sheet Sheet)> Stack()
    {
        var layers = Enum.GetValues<FaceLayer>();
        yield return (FaceLayer.Backdrop, Sheets(FaceLayer.Backdrop).Front);
        foreach (var layer in layers)
            yield return (layer, Sheets(layer).Back);
        foreach (var layer in layers.Skip(1))
            yield return (layer, Sheets(layer).Front);
    }

    private PartSheets Sheets(FaceLayer layer) => _parts.Draw(layer, Combination[layer], Layout[layer]);
}
