using System.Globalization;
using IconDiffusion.Engine.Data;
using IconDiffusion.Engine.Metrics;

namespace IconDiffusion.Engine.Novelty;

/// <summary>
/// Which training icons are one picture: equal, nearly equal, mirrored (<see cref="Duplicates"/>), or linked by such icons. Without
/// it a picture that was trained on twice would seem to lie at its own copy, and copying it to be far from copying.
/// </summary>
internal sealed class TrainingPictures
{
    public TrainingPictures(IconPixels training)
    {
        var icons = Enumerable.Range(0, training.Count).Select(i => new NamedIcon(i.ToString(CultureInfo.InvariantCulture), training.ToImage(i)));
        var parents = Enumerable.Range(0, training.Count).ToArray();
        foreach (var pair in Duplicates.Find([.. icons]))
        {
            var (a, b) = (Root(int.Parse(pair.First, CultureInfo.InvariantCulture)), Root(int.Parse(pair.Second, CultureInfo.InvariantCulture)));
            parents[Math.Max(a, b)] = Math.Min(a, b);
        }
        Standing = [.. Enumerable.Range(0, parents.Length).Where(i => Root(i) == i)];
        Groups = [.. Enumerable.Range(0, parents.Length).Select(i => Array.BinarySearch(Standing, Root(i)))];

        int Root(int i) => parents[i] == i ? i : parents[i] = Root(parents[i]);
    }

    /// <summary>The picture of each icon, from 0.</summary>
    public int[] Groups { get; }

    /// <summary>The icon that stands for each picture: its first.</summary>
    public int[] Standing { get; }

    public bool AreAllDifferent => Standing.Length == Groups.Length;
}
