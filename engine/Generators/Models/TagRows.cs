using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// What a network is told of icons, a row of an icon each: 1, then 1 for each tag that it has and 0 for the others. A row of zeros: nothing is
/// known of the icon, which is something else than that it has no tags.
/// </summary>
public static class TagRows
{
    /// <summary>Values of a row.</summary>
    /// <param name="tags">How many tags there are.</param>
    public static int Length(int tags) => 1 + tags;

    /// <summary>The rows of icons.</summary>
    /// <param name="tags">How many tags there are.</param>
    /// <param name="icons">The places of each icon's tags, from 0; null: nothing is known of it.</param>
    /// <returns>float32 [icons, <see cref="Length"/>].</returns>
    public static Tensor Of(int tags, IReadOnlyList<IReadOnlyList<int>?> icons, Device device)
    {
        var rows = new float[icons.Count, Length(tags)];
        for (var icon = 0; icon < icons.Count; icon++)
        {
            if (icons[icon] is not { } known) continue;
            rows[icon, 0] = 1;
            foreach (var tag in known) rows[icon, 1 + tag] = 1;
        }
        return tensor(rows).to(device);
    }
}
