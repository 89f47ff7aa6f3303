using System.Collections.Concurrent;
using IconDiffusion.Data.Layered;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>Draws faces of chosen parts, and what lies under and over one of them. Used from many threads at once.</summary>
internal sealed class FacePainter(LayeredSpec spec)
{
    private static readonly FaceLayer[] Layers = Enum.GetValues<FaceLayer>();

    private readonly FaceParts _parts = new(spec.ImageSize);
    private readonly Rgb _background = Rgb.Parse(spec.Background);

    // By the drawing's bytes, which FaceParts keeps.
    private readonly ConcurrentDictionary<byte[], float[]> _premultiplied = new();

    private readonly ConcurrentDictionary<(float[] Drawing, int Radius), PartRaster> _blurred = new();

    public int Size => spec.ImageSize;

    public int VariantCount => spec.Variants;

    /// <summary>A variant's drawings behind the face and at its layer's depth.</summary>
    public (PartRaster Back, PartRaster Front) Part(FaceLayer layer, int variant, PartMove move)
    {
        var sheets = _parts.Draw(layer, variant, move);
        return (Raster(sheets.Back), Raster(sheets.Front));
    }

    /// <summary>The same, blurred; see <see cref="PartRaster.Blurred"/>.</summary>
    /// <param name="radius">Pixels.</param>
    public (PartRaster Back, PartRaster Front) Blurred(FaceLayer layer, int variant, PartMove move, int radius)
    {
        var (back, front) = Part(layer, variant, move);
        return (Blurred(back, radius), Blurred(front, radius));
    }

    private PartRaster Blurred(PartRaster part, int radius)
    {
        var blurred = _blurred.GetOrAdd((part.Values, radius), _ => (part with { X = 0, Y = 0 }).Blurred(radius));
        return blurred with { X = blurred.X + part.X, Y = blurred.Y + part.Y };
    }

    /// <summary>The three pictures between which a layer's two drawings lie: [Size, Size, 4] each, the lowest opaque.</summary>
    public (float[] Below, float[] Between, float[] Above) Around(FaceLayer layer, FaceEstimate face)
    {
        var (below, between, above) = (new float[Size * Size * 4], new float[Size * Size * 4], new float[Size * Size * 4]);
        for (var i = 0; i < below.Length; i += 4)
            (below[i], below[i + 1], below[i + 2], below[i + 3]) = (_background.R, _background.G, _background.B, 1);
        var target = below;
        if (layer == FaceLayer.Backdrop) target = above;
        else Lay(FaceLayer.Backdrop, back: false);
        foreach (var each in Layers)
            if (each != layer) Lay(each, back: true);
            else if (HasBack(layer)) target = between;
        foreach (var each in Layers.Skip(1))
            if (each != layer) Lay(each, back: false);
            else target = above;
        return (below, between, above);

        void Lay(FaceLayer each, bool back)
        {
            if (face.Variants[(int)each] < 0) return;
            var part = Part(each, face.Variants[(int)each], face.Moves[(int)each]);
            (back ? part.Back : part.Front).Over(target, Size);
        }
    }

    private bool HasBack(FaceLayer layer) => Enumerable.Range(0, VariantCount).Any(variant => FaceParts.Variant(layer, variant).Back.Count > 0);

    private PartRaster Raster(Sheet sheet) =>
        new(sheet.X, sheet.Y, sheet.Width, sheet.Height, _premultiplied.GetOrAdd(sheet.Rgba, PartRaster.Premultiply));
}
