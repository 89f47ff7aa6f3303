using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Aligned;

/// <summary>What two sets must have in common to be compared pixel by pixel.</summary>
internal static class IconSizes
{
    /// <exception cref="ArgumentException">No reference, or the sizes differ.</exception>
    public static void ThrowIfIncomparable(IconPixels queries, IconPixels references)
    {
        if (references.Count == 0) throw new ArgumentException("The reference set is empty; a nearest icon needs at least one.", nameof(references));
        if (queries.ImageSize != references.ImageSize)
            throw new ArgumentException($"The icons are {queries.ImageSize} px wide, the references {references.ImageSize} px; they can only be compared at one size.", nameof(queries));
    }
}
