using IconDiffusion.Data.Layered;
using IconDiffusion.Specs;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>Takes icons apart and judges their parts. Used from many threads at once.</summary>
internal sealed class IconTaker(LayeredSpec spec)
{
    private static readonly FaceLayer[] Layers = Enum.GetValues<FaceLayer>();

    private readonly FacePainter _painter = new(spec);

    /// <param name="icon">RGB, [size, size, 3]. Where training showed mirrored icons, it is read both ways and the better one counts.</param>
    public TakenIcon Take(ReadOnlySpan<byte> icon)
    {
        var straight = TakeOneWay(Opaque(icon, mirrored: false));
        if (!spec.HorizontalFlip) return straight;
        var mirrored = TakeOneWay(Opaque(icon, mirrored: true)) with { IsMirrored = true };
        return Misfit(mirrored) < Misfit(straight) ? mirrored : straight;
    }

    private TakenIcon TakeOneWay(float[] icon)
    {
        var face = new FaceReader(_painter).Read(icon);
        var judge = new PartJudge(_painter);
        return new([.. Layers.Select(layer => judge.Judge(icon, face, layer))], false);
    }

    // Unrecognised parts first, distances among equals.
    private static double Misfit(TakenIcon icon) => icon.Parts.Sum(part => part.IsRecognised ? part.Distance : part.Distance + (255 * Layers.Length));

    private float[] Opaque(ReadOnlySpan<byte> icon, bool mirrored)
    {
        var picture = new float[spec.ImageSize * spec.ImageSize * 4];
        for (var y = 0; y < spec.ImageSize; y++)
            for (var x = 0; x < spec.ImageSize; x++)
            {
                var from = ((y * spec.ImageSize) + (mirrored ? spec.ImageSize - 1 - x : x)) * 3;
                var to = ((y * spec.ImageSize) + x) * 4;
                (picture[to], picture[to + 1], picture[to + 2], picture[to + 3]) = (icon[from], icon[from + 1], icon[from + 2], 1);
            }
        return picture;
    }
}

/// <summary>An icon taken apart.</summary>
/// <param name="Parts">For each <see cref="FaceLayer"/>.</param>
/// <param name="IsMirrored">Whether it was read with left and right swapped.</param>
internal sealed record TakenIcon(IReadOnlyList<PartFinding> Parts, bool IsMirrored)
{
    /// <summary>The closest variant of each part, recognised or not.</summary>
    public FaceCombination Nearest { get; } = new([.. Parts.Select(part => part.Variant)]);

    public bool IsRecognised => Parts.All(part => part.IsRecognised);
}
