using IconDiffusion.Data;

namespace IconDiffusion.Generators.Training;

/// <summary>The tags of the training icons of each step, as a function of (seed, step) alone: of the icons that <see cref="IconBatches"/> draws, in their order.</summary>
/// <param name="tags">Of the training icons.</param>
/// <param name="imagesPerStep">Images of all of a step's batches together.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="horizontalFlip">Whether icons are mirrored, which changes the order.</param>
public sealed class TagBatches(IconTags tags, int imagesPerStep, int seed, bool horizontalFlip)
{
    private readonly EpochOrder _order = new(tags.Icons.Count, imagesPerStep, seed, horizontalFlip);

    /// <summary>The icons' tags of step <paramref name="step"/>, counted from 1: of each icon their places in <see cref="IconTags.Names"/>.</summary>
    public IEnumerable<IReadOnlyList<int>> Of(long step) => _order.Batch(step - 1).Indices.Select(icon => tags.Icons[icon]);
}
