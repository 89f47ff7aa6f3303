using IconDiffusion.Data.Layered;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>Takes icons apart and judges their parts. Used from many threads at once.</summary>
internal sealed class IconTaker(LayeredArt art, bool readMirrored)
{
    private readonly IconPainter _painter = new(art);

    /// <param name="icon">RGB, [size, size, 3]. Where training showed mirrored icons, it is read both ways and the better one counts.</param>
    public TakenIcon Take(ReadOnlySpan<byte> icon)
    {
        var straight = TakeOneWay(Opaque(icon));
        if (!readMirrored) return straight;
        var mirrored = TakeOneWay(Opaque(Image.Mirrored(icon, art.Size))) with { IsMirrored = true };
        return Misfit(mirrored) < Misfit(straight) ? mirrored : straight;
    }

    private TakenIcon TakeOneWay(float[] icon)
    {
        var estimate = new IconReader(_painter).Read(icon);
        var judge = new PartJudge(_painter);
        return new([.. Enumerable.Range(0, art.Layers.Count).Select(layer => judge.Judge(icon, estimate, layer))], false);
    }

    // Unrecognised parts first, distances among equals.
    private double Misfit(TakenIcon icon) => icon.Parts.Sum(part => part.IsRecognised ? part.Distance : part.Distance + (255 * art.Layers.Count));

    private float[] Opaque(ReadOnlySpan<byte> icon)
    {
        var picture = new float[art.Size * art.Size * 4];
        for (var (from, to) = (0, 0); to < picture.Length; (from, to) = (from + 3, to + 4))
            (picture[to], picture[to + 1], picture[to + 2], picture[to + 3]) = (icon[from], icon[from + 1], icon[from + 2], 1);
        return picture;
    }
}

/// <summary>An icon taken apart.</summary>
/// <param name="Parts">For each layer.</param>
/// <param name="IsMirrored">Whether it was read with left and right swapped.</param>
internal sealed record TakenIcon(IReadOnlyList<PartFinding> Parts, bool IsMirrored)
{
    /// <summary>The closest variant of each part, recognised or not.</summary>
    public IEnumerable<int> Nearest => Parts.Select(part => part.Variant);

    /// <summary>Whether these variants look like the icon's closest ones; where parts are hidden several combinations can.</summary>
    public bool LooksLike(Combination combination)
    {
        for (var layer = 0; layer < Parts.Count; layer++)
            if (Parts[layer].Variant != combination[layer] && !Parts[layer].Alike.Contains(combination[layer])) return false;
        return true;
    }

    public bool IsRecognised => Parts.All(part => part.IsRecognised);
}
