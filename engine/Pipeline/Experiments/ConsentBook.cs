using IconDiffusion.Data;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>A consent with everything in a data folder that rests on it.</summary>
/// <param name="State">In words: <c>holds</c>, <c>holds until …</c>, <c>ended on …</c>, <c>revoked on …</c>.</param>
/// <param name="Runs">Their ids.</param>
public sealed record ConsentEntry(
    string Id, Consent Consent, string State, Revocation? Revocation, EquatableList<ConsentedDataset> Datasets, EquatableList<string> Runs);

/// <summary>The consents of a data folder, looked up by what people know them by.</summary>
public static class ConsentBook
{
    /// <summary>Every record, the oldest first.</summary>
    /// <exception cref="DatasetException">A file is damaged.</exception>
    public static EquatableList<ConsentEntry> Read(DataFolder data, TimeProvider clock)
    {
        var runs = RunsByDataset(data, withOrigins: true);
        return [.. new ConsentRegistry(data.Consents, clock).All().Select(record => EntryOf(record, runs, clock))];
    }

    /// <summary>The records that a record's id, a run's id, the beginning of one, or a folder of images stands for; at least one, none revoked or a source's own.</summary>
    /// <exception cref="DatasetException">It stands for nothing, for several things, or for what can't be revoked.</exception>
    public static IReadOnlyList<ConsentEntry> Find(DataFolder data, string what, TimeProvider clock)
    {
        var (registry, runs) = (new ConsentRegistry(data.Consents, clock), RunsByDataset(data, withOrigins: false));
        var all = registry.All();
        ConsentRecord[] byId = [.. all.Where(record => what.Length > 0 && record.Id.StartsWith(what, StringComparison.Ordinal))];
        var byRun = runs.SelectMany(pair => pair.Value.Select(run => (Run: run, Dataset: pair.Key)))
            .Where(each => what.Length > 0 && each.Run.StartsWith(what, StringComparison.Ordinal)).ToArray();
        var found = (byId.Length, byRun.Length, Directory.Exists(what)) switch
        {
            (1, 0, false) => byId,
            (0, 1, false) => [.. registry.Of(byRun[0].Dataset)],
            (0, 0, true) => OfFolder(data, what, all),
            (0, 0, false) => throw new DatasetException($"'{what}' is no consent record, no run of '{data.Path}' and no folder; there are the records {(all.Count == 0 ? "none" : string.Join(", ", all.Select(record => record.Id)))}."),
            var (records, alsoRuns, isFolder) => throw new DatasetException($"'{what}' stands for {records} consent record(s), {alsoRuns} run(s){(isFolder ? " and a folder" : "")}; wanted one, by more digits or as ./{what}."),
        };
        if (found.Length == 0)
            throw new DatasetException($"'{what}' rests on no consent on record, so there is none to revoke.");
        if (found.FirstOrDefault(record => SourceLicences.Contains(record.Consent)) is { } source)
            throw new DatasetException($"'{what}' rests on {source.Consent.Licence} of {source.Consent.Artist}, a public licence that can't be revoked.");
        if (found.All(record => record.Revocation is not null))
            throw new DatasetException($"The consent {found[0].Id} was revoked on {found[0].Revocation!.At:yyyy-MM-dd} already.");
        var resting = RunsByDataset(data, withOrigins: true);
        return [.. found.Where(record => record.Revocation is null).Select(record => EntryOf(record, resting, clock))];
    }

    /// <summary>Takes consents back, for good.</summary>
    /// <param name="entries">As <see cref="Find"/> has them.</param>
    /// <param name="reason">Why, for the record; null: not told.</param>
    /// <returns>What is on record of them now.</returns>
    public static EquatableList<ConsentEntry> Revoke(DataFolder data, IReadOnlyList<ConsentEntry> entries, string? reason, TimeProvider clock)
    {
        var registry = new ConsentRegistry(data.Consents, clock);
        foreach (var entry in entries)
        {
            registry.Add(entry.Consent);
            registry.Revoke(entry.Id, reason);
        }
        var ids = entries.Select(entry => entry.Id).ToHashSet();
        return [.. Read(data, clock).Where(entry => ids.Contains(entry.Id))];
    }

    /// <summary>The revoked record that stands against granting a consent for a folder: of the same terms, or of what was made from the folder; null: none.</summary>
    public static ConsentRecord? RevokedBefore(DataFolder data, string folder, Consent consent, TimeProvider clock)
    {
        var all = new ConsentRegistry(data.Consents, clock).All();
        return all.Where(record => record.Id == ConsentRegistry.IdOf(consent)).Concat(OfFolder(data, folder, all)).FirstOrDefault(record => record.Revocation is not null);
    }

    // What the folder's file says now, and what the data sets rest on that were made from the folder.
    private static ConsentRecord[] OfFolder(DataFolder data, string folder, IReadOnlyList<ConsentRecord> all)
    {
        var store = new DatasetStore(data.Datasets);
        var path = RealPath.Of(folder);
        var stated = Consent.Read(folder) is { } consent ? new ConsentRecord(ConsentRegistry.IdOf(consent), consent, [], null) : null;
        ConsentRecord[] recorded =
        [
            .. all.Where(record => record.Id == stated?.Id
                || record.Datasets.Any(dataset => store.Contains(dataset.Fingerprint) && store.SpecOf(dataset.Fingerprint) is FolderSpec spec && RealPath.Of(spec.Path) == path)),
        ];
        return stated is null || recorded.Any(record => record.Id == stated.Id) ? recorded : [.. recorded, stated];
    }

    private static ConsentEntry EntryOf(ConsentRecord record, Dictionary<string, string[]> runs, TimeProvider clock) => new(
        record.Id, record.Consent, StateOf(record, DateOnly.FromDateTime(clock.GetLocalNow().DateTime)), record.Revocation, record.Datasets,
        [.. record.Datasets.SelectMany(dataset => runs.GetValueOrDefault(dataset.Fingerprint, [])).Order(StringComparer.Ordinal)]);

    private static string StateOf(ConsentRecord record, DateOnly today) => record switch
    {
        { Revocation: { } revocation } => $"revoked on {revocation.At:yyyy-MM-dd}{(revocation.Reason is { } reason ? $": {reason}" : "")}",
        { Consent.Expiry: { } last } => record.Consent.HasExpired(today) ? $"ended on {last:yyyy-MM-dd}" : $"holds until {last:yyyy-MM-dd}",
        _ => "holds",
    };

    // The runs that rest on a data set: by their own icons, or also by those of the weights that they started from.
    private static Dictionary<string, string[]> RunsByDataset(DataFolder data, bool withOrigins) => !Directory.Exists(data.Runs) ? [] :
    (
        from path in Directory.EnumerateDirectories(data.Runs)
        let folder = new RunFolder(path)
        let origins = withOrigins ? TransferSource.OriginsOf(folder).Select(origin => origin.Rests) : []
        from dataset in origins.Append(TrainedRun.FingerprintOf(folder)).OfType<string>().Distinct()
        group Path.GetFileName(path) by dataset).ToDictionary(group => group.Key, group => group.ToArray());
}
