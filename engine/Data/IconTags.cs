using System.Text.Json;
using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data;

/// <summary>What is known of a data set's training icons.</summary>
/// <param name="Names">Every tag that a training icon has, in ordinal order.</param>
/// <param name="Icons">For each training icon the places of its tags in <paramref name="Names"/>, ascending; none: it has no tags.</param>
/// <param name="HeldOut">The same of each held-out icon, less tags that no training icon has; null: there are none, or a release before wrote this.</param>
public sealed record IconTags(
    EquatableList<string> Names, EquatableList<EquatableList<int>> Icons, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EquatableList<EquatableList<int>>? HeldOut = null)
{
    /// <summary>Tags of fewer training icons are warned of.</summary>
    public const int Few = 5;

    /// <summary>The table of icons' tags.</summary>
    /// <param name="icons">For each training icon its tags, as <see cref="TagNames.Of"/> writes them.</param>
    /// <param name="heldOut">The same for each held-out icon; null or empty: there are none.</param>
    public static IconTags Of(IEnumerable<IReadOnlyList<string>> icons, IEnumerable<IReadOnlyList<string>>? heldOut = null)
    {
        var all = icons.ToList();
        string[] names = [.. all.SelectMany(tags => tags).Distinct().Order(StringComparer.Ordinal)];
        return new([.. names], [.. all.Select(Places)], heldOut?.Any() == true ? [.. heldOut.Select(Places)] : null);

        EquatableList<int> Places(IReadOnlyList<string> tags) =>
            [.. tags.Select(tag => Array.BinarySearch(names, tag, StringComparer.Ordinal)).Where(place => place >= 0).Distinct().Order()];
    }

    /// <summary>The tags that a run was trained with.</summary>
    /// <exception cref="InvalidDataException">They are not in its folder, or damaged.</exception>
    public static IconTags Read(RunFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize<IconTags>(File.ReadAllText(folder.TagsFile), SpecJson.Compact) ?? throw new JsonException("It is null.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InvalidDataException($"'{folder.TagsFile}' cannot be read: {error.Message} Start the run again to write it.", error);
        }
    }

    /// <summary>Keeps them with a run that is trained with them.</summary>
    public void Write(RunFolder folder) => AtomicFile.WriteAllText(folder.TagsFile, JsonSerializer.Serialize(this, SpecJson.Compact) + "\n");

    /// <summary>The places of tags in <see cref="Names"/>.</summary>
    /// <exception cref="ExperimentException">No training icon has one of them; the message lists those most like it.</exception>
    public IReadOnlyList<int> PlacesOf(IEnumerable<string> tags)
    {
        var names = Names.ToList();
        return [.. tags.Select(tag => names.IndexOf(tag) is >= 0 and var place ? place : throw new ExperimentException(
            $"No training icon has the tag '{tag}'; {(names.Count == 0 ? "none has any" : $"most like it {(names.Count == 1 ? "is" : "are")} {string.Join(", ", TagNames.Nearest(tag, names))}")}."))];
    }

    /// <summary>How many training icons have each tag, in the order of <see cref="Names"/>.</summary>
    public IReadOnlyList<int> Counts()
    {
        var counts = new int[Names.Count];
        foreach (var tag in Icons.SelectMany(tags => tags)) counts[tag]++;
        return counts;
    }

    /// <summary>Tags of fewer than <see cref="Few"/> training icons, each with their number behind it.</summary>
    public IReadOnlyList<string> Rare => [.. Names.Zip(Counts()).Where(tag => tag.Second < Few).Select(tag => $"{tag.First} ({tag.Second})")];

    /// <summary>The tags that a sampler draws a run's icons with.</summary>
    /// <param name="seed">The run's.</param>
    /// <param name="sampler">What is asked for.</param>
    /// <returns>Of an icon's number, from 0, the places of its tags in <see cref="Names"/>.</returns>
    /// <exception cref="ExperimentException">No training icon has a tag that is asked for, or held-out icons' tags are wanted and not known.</exception>
    public Func<int, IReadOnlyList<int>> AskedBy(int seed, AskedSpec sampler)
    {
        if (sampler.With is { } with)
        {
            var places = PlacesOf(with);
            return _ => places;
        }
        if (sampler.TagsOf != TagsOf.HeldOut) return icon => Icons[Turn(Icons.Count, seed, icon)];
        var heldOut = HeldOut ?? throw new ExperimentException(
            "sampling.sampler.tagsOf is held-out, but no held-out icon's tags are known; wanted a data set that holds icons out, prepared by this release.");
        return icon => heldOut[Turn(heldOut.Count, seed, icon)];
    }

    // As many drawn icons as there are icons with tags have each one's once, in an order that the seed decides.
    private static int Turn(int count, int seed, int icon) => new EpochOrder(count, batchSize: 1, seed, horizontalFlip: false).Batch(icon).Indices[0];
}
