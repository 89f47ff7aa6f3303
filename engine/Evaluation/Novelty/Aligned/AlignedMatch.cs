namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>The reference icon closest to a query, in any space.</summary>
/// <param name="Index">Its index among the references, the lowest of equally close ones; −1: there is no other icon.</param>
/// <param name="Distance">0…255 between pixels; +∞ where <paramref name="Index"/> is −1.</param>
/// <param name="Second">Distance to the second nearest other icon; +∞: there is none.</param>
/// <param name="Mirrored">Whether it is closest with left and right swapped.</param>
/// <param name="ShiftX">How far the reference, mirrored or not, is moved to the right to match, pixels.</param>
/// <param name="ShiftY">How far down.</param>
public readonly record struct AlignedMatch(int Index, double Distance, double Second, bool Mirrored = false, int ShiftX = 0, int ShiftY = 0)
{
    /// <summary>What an icon without any other has.</summary>
    public static AlignedMatch None => new(-1, double.PositiveInfinity, double.PositiveInfinity);
}
