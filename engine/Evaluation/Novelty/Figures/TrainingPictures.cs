using IconDiffusion.Data;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// Which training icons are one picture: equal, nearly equal, mirrored (<see cref="Duplicates"/>), or linked by such icons. Without
/// it a picture that was trained on twice would seem to lie at its own copy, and copying it to be far from copying.
/// </summary>
internal sealed class TrainingPictures
{
    public TrainingPictures(IconPixels training)
    {
        var first = Enumerable.Range(0, training.Count).ToArray();
        foreach (var group in Duplicates.Groups(training))
            foreach (var icon in group)
                first[icon] = group[0];
        Standing = [.. first.Distinct()];
        Groups = [.. first.Select(icon => Array.BinarySearch(Standing, icon))];
    }

    /// <summary>The picture of each icon, from 0.</summary>
    public int[] Groups { get; }

    /// <summary>The icon that stands for each picture: its first.</summary>
    public int[] Standing { get; }

    public bool AreAllDifferent => Standing.Length == Groups.Length;
}
