using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data;

/// <summary>What is known of a data set's training icons.</summary>
/// <param name="Names">Every tag that a training icon has, in ordinal order.</param>
/// <param name="Icons">For each training icon the places of its tags in <paramref name="Names"/>, ascending; none: it has no tags.</param>
public sealed record IconTags(EquatableList<string> Names, EquatableList<EquatableList<int>> Icons)
{
    /// <summary>Tags of fewer training icons are warned of.</summary>
    public const int Few = 5;

    /// <summary>The table of icons' tags.</summary>
    /// <param name="icons">For each training icon its tags, as <see cref="TagNames.Of"/> writes them.</param>
    public static IconTags Of(IEnumerable<IReadOnlyList<string>> icons)
    {
        var all = icons.ToList();
        string[] names = [.. all.SelectMany(tags => tags).Distinct().Order(StringComparer.Ordinal)];
        return new([.. names], [.. all.Select(tags => new EquatableList<int>(tags.Select(tag => Array.BinarySearch(names, tag, StringComparer.Ordinal)).Distinct().Order()))]);
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

    /// <summary>
    /// The training icon whose tags icon <paramref name="icon"/> of a run is drawn with where nobody asks for others. As many drawn icons as there
    /// are training icons have each one's tags once, in an order that the seed decides, so that both sets have the same tags.
    /// </summary>
    /// <param name="seed">The run's.</param>
    /// <param name="icon">Its number, from 0.</param>
    public int TrainingIconOf(int seed, int icon) => new EpochOrder(Icons.Count, batchSize: 1, seed, horizontalFlip: false).Batch(icon).Indices[0];
}
