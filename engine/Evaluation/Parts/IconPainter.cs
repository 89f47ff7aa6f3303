using System.Collections.Concurrent;
using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>Draws the pieces of an art for calculations. Used from many threads at once.</summary>
internal sealed class IconPainter(LayeredArt art)
{
    // By the drawing's bytes, which the art keeps.
    private readonly ConcurrentDictionary<byte[], float[]> _premultiplied = new();

    private readonly ConcurrentDictionary<(float[] Drawing, int Radius), PartRaster> _blurred = new();

    public LayeredArt Art => art;

    public int Size => art.Size;

    /// <summary>What one pixel of an icon of 128 differs by from black to white, in sums over the pixels of an icon of this size.</summary>
    public double OnePixel => 255.0 * art.Size * art.Size / (LayeredArt.Units * LayeredArt.Units);

    public PartRaster Draw(ArtPiece piece, PartMove move)
    {
        var sheet = art.Draw(piece, move);
        return new(sheet.X, sheet.Y, sheet.Width, sheet.Height, _premultiplied.GetOrAdd(sheet.Rgba, PartRaster.Premultiply));
    }

    /// <summary>The same, blurred; see <see cref="PartRaster.Blurred"/>.</summary>
    /// <param name="radius">Pixels; 0: not at all.</param>
    public PartRaster Draw(ArtPiece piece, PartMove move, int radius)
    {
        var part = Draw(piece, move);
        if (radius == 0) return part;
        var blurred = _blurred.GetOrAdd((part.Values, radius), _ => (part with { X = 0, Y = 0 }).Blurred(radius));
        return blurred with { X = blurred.X + part.X, Y = blurred.Y + part.Y };
    }

    /// <summary>Mean absolute difference of the whole estimate to the icon, 0…255.</summary>
    /// <param name="icon">[size, size, 4], opaque.</param>
    public double Error(IconEstimate estimate, float[] icon)
    {
        var (picture, sum) = (Lay(art.Stack(estimate.Variants), estimate, onBackground: true), 0.0);
        for (var i = 0; i < icon.Length; i++) sum += Math.Abs(icon[i] - picture[i]);
        return sum / (Size * Size * 3);
    }

    /// <summary>Pieces laid over one another, [Size, Size, 4]; the lowest ones with the background, which is opaque.</summary>
    public float[] Lay(IEnumerable<ArtPiece> pieces, IconEstimate icon, bool onBackground)
    {
        var picture = new float[Size * Size * 4];
        if (onBackground)
            for (var i = 0; i < picture.Length; i += 4)
                (picture[i], picture[i + 1], picture[i + 2], picture[i + 3]) = (art.Background.R, art.Background.G, art.Background.B, 1);
        foreach (var piece in pieces)
            Draw(piece, icon.Moves[piece.Layer]).Over(picture, Size);
        return picture;
    }
}
