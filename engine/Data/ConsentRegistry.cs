using System.Security.Cryptography;
using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data;

/// <summary>
/// The consents that data sets rest on. Files are only ever added, each whole, so that several processes may write and folders may be merged:
/// <c>ID/consent.json</c>, <c>ID/datasets/FINGERPRINT.json</c> for each data set, and <c>ID/revoked.json</c> once it is taken back.
/// </summary>
/// <param name="folder">Created with the first record.</param>
/// <param name="clock">Tells when something is recorded, and what has expired.</param>
public sealed class ConsentRegistry(string folder, TimeProvider clock)
{
    /// <summary>A consent's record, by its content.</summary>
    public static string IdOf(Consent consent) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(consent, SpecJson.Compact)))[..12];

    /// <summary>Notes a consent, unless it is there.</summary>
    public ConsentRecord Add(Consent consent)
    {
        var id = IdOf(consent);
        WriteNew(ConsentFile(id), consent);
        return Read(id);
    }

    /// <summary>Notes what a data set rests on; nothing, if nobody's consent came with it.</summary>
    public void Add(string fingerprint, Consent? consent)
    {
        if (consent is null) return;
        var id = IdOf(consent);
        WriteNew(ConsentFile(id), consent);
        WriteNew(DatasetFile(id, fingerprint), new Recorded(clock.GetUtcNow()));
    }

    /// <summary>Takes a consent back, for good; one that was taken back before keeps its date and reason.</summary>
    /// <param name="id">A whole id that is there.</param>
    public ConsentRecord Revoke(string id, string? reason)
    {
        WriteNew(RevocationFile(id), new Revocation(clock.GetUtcNow(), reason));
        return Read(id);
    }

    /// <summary>Every record, the oldest first.</summary>
    /// <exception cref="DatasetException">A file is damaged.</exception>
    public IReadOnlyList<ConsentRecord> All() => [.. Ids().Select(Read).OrderBy(record => record.Datasets is [var first, ..] ? first.Recorded : DateTimeOffset.MaxValue).ThenBy(record => record.Id)];

    /// <summary>What a data set rests on, the newest last: more than one where a consent was renewed.</summary>
    /// <exception cref="DatasetException">A file is damaged.</exception>
    public IReadOnlyList<ConsentRecord> Of(string fingerprint) =>
    [
        .. Ids().Where(id => File.Exists(DatasetFile(id, fingerprint))).Select(Read)
            .OrderBy(record => record.Datasets.Single(dataset => dataset.Fingerprint == fingerprint).Recorded),
    ];

    /// <summary>The newest consent under which a data set may be used; null: none was ever given.</summary>
    /// <exception cref="ConsentException">One was revoked, or all have expired.</exception>
    /// <exception cref="DatasetException">A file is damaged.</exception>
    public ConsentRecord? Require(string fingerprint)
    {
        var records = Of(fingerprint);
        const string Stays = "Nothing is trained, drawn or published on it any more; what there is stays.";
        if (records.FirstOrDefault(record => record.Revocation is not null) is { Revocation: { } revocation } revoked)
            throw new ConsentException(
                $"The consent of {revoked.Consent.Artist} for the data set {fingerprint[..12]} was revoked on {revocation.At:yyyy-MM-dd}{(revocation.Reason is { } reason ? $" ({reason})" : "")}: record {revoked.Id}. {Stays}");
        var today = DateOnly.FromDateTime(clock.GetLocalNow().DateTime);
        if (records.LastOrDefault(record => record.Holds(today)) is { } holding) return holding;
        return records.MaxBy(record => record.Consent.Expiry) is { } expired
            ? throw new ConsentException(
                $"The consent of {expired.Consent.Artist} for the data set {fingerprint[..12]} ended on {expired.Consent.Expiry:yyyy-MM-dd}: record {expired.Id}. {Stays} 'icon consent grant' renews it.")
            : null;
    }

    private IEnumerable<string> Ids() => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Where(id => File.Exists(ConsentFile(id))).Order(StringComparer.Ordinal)
        : [];

    private ConsentRecord Read(string id)
    {
        var datasets = Path.Combine(folder, id, "datasets");
        return new(
            id, ReadFile<Consent>(ConsentFile(id)),
            [
                .. (Directory.Exists(datasets) ? Directory.EnumerateFiles(datasets, "*.json") : [])
                    .Where(path => !Path.GetFileName(path).StartsWith('.'))
                    .Select(path => new ConsentedDataset(Path.GetFileNameWithoutExtension(path), ReadFile<Recorded>(path).At))
                    .OrderBy(dataset => dataset.Recorded).ThenBy(dataset => dataset.Fingerprint),
            ],
            File.Exists(RevocationFile(id)) ? ReadFile<Revocation>(RevocationFile(id)) : null);
    }

    // A file that cannot be read refuses what rests on it: a revocation must not be lost to a damaged disk.
    private static T ReadFile<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), SpecJson.Indented) ?? throw new JsonException("It holds null.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The consent record '{path}' cannot be read: {error.Message}", error);
        }
    }

    private static void WriteNew<T>(string path, T content)
    {
        if (!File.Exists(path)) AtomicFile.WriteAllText(path, JsonSerializer.Serialize(content, SpecJson.Indented) + "\n");
    }

    private string ConsentFile(string id) => Path.Combine(folder, id, Consent.FileName);

    private string RevocationFile(string id) => Path.Combine(folder, id, "revoked.json");

    private string DatasetFile(string id, string fingerprint) => Path.Combine(folder, id, "datasets", fingerprint + ".json");

    private sealed record Recorded(DateTimeOffset At);
}
