using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>
/// Takes an icon apart: draws faces until no other variant and no other place of a part brings them nearer to the icon, by the mean
/// absolute difference of the whole icon, so that parts count where they can be seen.
/// </summary>
internal sealed class FaceReader(FacePainter painter)
{
    /// <summary>How much farther from its place than in the data set a part may lie, 1/128 of the side.</summary>
    public const int Margin = 2;

    // Three rounds are enough for most icons, the last of which changes nothing.
    private const int MostRounds = 8;
    private const int CoarseStep = 3;
    private const int FineReach = 2;

    // Variants whose place is searched finely.
    private const int Finalists = 3;

    // Coarsely, larger icons are compared at about as many pixels as one of this side has.
    private const int CoarseSide = 64;

    // Large parts first: they can be told apart while nothing is known of the small ones upon them.
    private static readonly FaceLayer[] Order =
        [FaceLayer.Backdrop, FaceLayer.Face, FaceLayer.Shirt, FaceLayer.Hair, FaceLayer.Accessory, FaceLayer.Eyes, FaceLayer.Mouth, FaceLayer.Nose];

    /// <param name="icon">[size, size, 4], opaque.</param>
    public FaceEstimate Read(float[] icon)
    {
        var face = new FaceEstimate();
        for (var round = 0; round < MostRounds; round++)
        {
            var changed = false;
            foreach (var layer in Order)
            {
                var (variant, move) = Best(new(painter, layer, face, icon), layer);
                changed |= face.Variants[(int)layer] != variant || face.Moves[(int)layer] != move;
                (face.Variants[(int)layer], face.Moves[(int)layer]) = (variant, move);
            }
            if (!changed) break;
        }
        return face;
    }

    private (int Variant, PartMove Move) Best(LayerView view, FaceLayer layer)
    {
        var farthest = Reach(layer);
        var stride = Math.Max(1, painter.Size / CoarseSide);
        var finalists = Enumerable.Range(0, painter.VariantCount)
            .Select(variant => (Variant: variant, Coarse: Least(Moves(default, farthest, farthest, CoarseStep), move => view.Gain(variant, move, stride))))
            .OrderBy(each => each.Coarse.Value).Take(Finalists);
        var best = finalists
            .Select(each => (each.Variant, Fine: Least(Moves(each.Coarse.Move, new(FineReach, FineReach), farthest, 1), move => view.Gain(each.Variant, move, 1))))
            .MinBy(each => each.Fine.Value);
        // What is absent lies nowhere.
        return (best.Variant, FaceParts.IsDrawn(layer, best.Variant) ? best.Fine.Move : default);
    }

    /// <summary>How far from its place a part is looked for.</summary>
    public static PartMove Reach(FaceLayer layer) =>
        FaceLayout.Farthest(layer) is { X: 0, Y: 0 } fixedPlace ? fixedPlace : new(FaceLayout.Farthest(layer).X + Margin, FaceLayout.Farthest(layer).Y + Margin);

    private static (PartMove Move, double Value) Least(IEnumerable<PartMove> moves, Func<PartMove, double> value) =>
        moves.Select(move => (move, value(move))).MinBy(each => each.Item2);

    // Places around a centre, at most so far from it and from the layout's.
    private static IEnumerable<PartMove> Moves(PartMove centre, PartMove reach, PartMove farthest, int step)
    {
        for (var y = -(reach.Y / step * step); y <= reach.Y; y += step)
            for (var x = -(reach.X / step * step); x <= reach.X; x += step)
            {
                var move = new PartMove(centre.X + x, centre.Y + y);
                if (Math.Abs(move.X) <= farthest.X && Math.Abs(move.Y) <= farthest.Y) yield return move;
            }
    }
}
