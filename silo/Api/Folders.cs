using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Api;

/// <summary>
/// Folders of images that clients send, from which the silo prepares data sets as a run here would. Nothing that a client says is a path: images
/// are kept by their numbers until the data sets are prepared, and what they are called stays a label.
/// </summary>
internal sealed class Folders(SiloOptions options, Datasets datasets, TimeProvider time) : IDisposable
{
    private const string Upload = ".upload-";
    public const int MostImages = 100_000;
    private const int LongestLabel = 4096;

    private readonly DataFolder _data = new(options.Data);
    private readonly SemaphoreSlim _uploads = new(2);

    /// <summary>Removes what an earlier start of this silo was sent when it was killed. In a folder that silos share, others may be sent something now.</summary>
    public static void RemoveUploads(SiloOptions options)
    {
        var datasets = new DataFolder(options.Data).Datasets;
        var left = options.IsCluster ? $"{Upload}{options.Name}-{new string('?', 32)}" : Upload + '*';
        if (!Directory.Exists(datasets))
            return;
        foreach (var folder in Directory.EnumerateDirectories(datasets, left, new EnumerationOptions { AttributesToSkip = FileAttributes.None }))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>What was made of a folder before; null: it must be sent.</summary>
    /// <exception cref="ApiException">Its consent has ended.</exception>
    public async Task<PreparedFolder?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (Read(key) is not { } known)
            return null;
        foreach (var fingerprint in known.Fingerprints)
            if (!await datasets.ContainsAsync(fingerprint, cancellationToken))
                return null;
        Try(() => known.Fingerprints.Select(fingerprint => ConsentGate.Require(_data, fingerprint, time)).ToArray());
        return known;
    }

    /// <summary>Prepares the data sets of a folder that is sent.</summary>
    /// <param name="key">See <see cref="FolderOffer.KeyOf"/>.</param>
    /// <param name="content">A tar archive: <c>offer.json</c>, then the images <c>0</c>, <c>1</c>, …</param>
    /// <exception cref="ApiException">It is not the folder that was offered, or cannot be trained on.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task<PreparedFolder> ReceiveAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        return await WithUploadAsync(async folder =>
        {
            try
            {
                await using var archive = new TarReader(content, leaveOpen: true);
                var offer = await OfferAsync(archive, key, cancellationToken);
                foreach (var (image, hash) in offer.Hashes.Index())
                    await KeepAsync(await NextAsync(archive, $"{image}", cancellationToken), Path.Combine(folder, $"{image}"), hash, cancellationToken);
                return await PrepareAsync(key, offer.Datasets, new(folder, offer.Listing, offer.Hashes, offer.Consent, offer.Tags ?? []));
            }
            catch (Exception malformed) when (malformed is InvalidDataException or EndOfStreamException or FormatException)
            {
                throw Unprocessable($"The content is not the folder {key}, and nothing was kept: {malformed.Message}");
            }
        }, cancellationToken);
    }

    /// <summary>Prepares data sets of a folder that a browser has sent.</summary>
    /// <exception cref="ApiException">It cannot be trained on.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public Task<PreparedFolder> PrepareAsync(EquatableList<FolderSpec> specs, SentFolder sent)
    {
        if (specs.Contains(null!))
            throw Unprocessable("The order has an empty item in a list; wanted none.");
        var needed = specs.Count == 0 ? 0 : specs.Max(spec => spec.PoolOf(sent.Hashes.Count));
        var offer = new FolderOffer { Datasets = specs, Listing = sent.Listing, Hashes = [.. sent.Hashes.Take(needed)], Consent = sent.Consent, Tags = specs.Any(spec => spec.Tags) ? sent.Tags : null };
        if (Fault(offer) is { } fault)
            throw Unprocessable(fault);
        return PrepareAsync(FolderOffer.KeyOf(JsonSerializer.SerializeToUtf8Bytes(offer, SpecJson.Compact)), specs, sent);
    }

    /// <summary>Has something received into a folder of its own, which is gone afterwards; few come at a time.</summary>
    public async Task<T> WithUploadAsync<T>(Func<string, Task<T>> receive, CancellationToken cancellationToken)
    {
        await _uploads.WaitAsync(cancellationToken);
        var folder = Path.Combine(_data.Datasets, $"{Upload}{options.Name}-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(folder);
            return await receive(folder);
        }
        finally
        {
            _uploads.Release();
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose() => _uploads.Dispose();

    private async Task<FolderOffer> OfferAsync(TarReader archive, string key, CancellationToken cancellationToken)
    {
        var entry = await NextAsync(archive, "offer.json", cancellationToken);
        if (entry.Length > options.MaxBodyBytes)
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The offer has {entry.Length} bytes; wanted at most {options.MaxBodyBytes}.");
        using var bytes = new MemoryStream();
        if (entry.DataStream is { } stream)
            await stream.CopyToAsync(bytes, cancellationToken);
        var utf8 = bytes.ToArray();
        if (FolderOffer.KeyOf(utf8) != key)
            throw new InvalidDataException("its offer has another key.");
        try
        {
            var offer = JsonSerializer.Deserialize<FolderOffer>(utf8, SpecJson.Compact) ?? throw new JsonException("It is null.");
            return Fault(offer) is { } fault ? throw Unprocessable(fault) : offer;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"its offer cannot be read: {error.Message}", error);
        }
    }

    private string? Fault(FolderOffer offer)
    {
        var listing = offer.Listing;
        if (offer.Datasets.Contains(null!) || listing.Images.Contains(null!) || listing.Unfollowed.Contains(null!) || offer.Tags?.Contains(null!) == true)
            return "The offer has an empty item in a list; wanted none.";
        if (listing.Images.Count > MostImages)
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The folder has {listing.Images.Count} images; wanted at most {MostImages}.");
        if (offer.Datasets.Count < 1 || offer.Datasets.Count > options.MaxCells)
            return $"The offer asks for {offer.Datasets.Count} data sets; wanted 1 to {options.MaxCells}.";
        if (offer.Datasets.SelectMany(SpecValidation.Check).FirstOrDefault() is { } error)
            return error;
        var needed = offer.Datasets.Max(dataset => dataset.PoolOf(listing.Images.Count));
        if (offer.Hashes.Count != needed || !offer.Hashes.All(hash => hash is not null && Datasets.IsFingerprint(hash)))
            return $"The offer has {offer.Hashes.Count} hashes; wanted {needed}, of 64 lower-case hexadecimal digits each.";
        string?[] labels =
            [.. listing.Images.Select(image => image.Label), .. listing.Others, .. listing.Hidden, .. listing.Linked, .. listing.Unfollowed.Select(link => link.Name), .. (offer.Tags ?? []).Select(file => file.Label)];
        return Array.FindIndex(labels, label => !IsLabel(label)) is var wrong && wrong >= 0
            ? $"A file of the folder is called '{labels[wrong]}'; wanted a name within the folder, with '/' between its parts."
            : null;
    }

    // A label is never opened; one that a path could be made of by somebody else is refused all the same.
    public static bool IsLabel(string? label) =>
        label is { Length: > 0 and <= LongestLabel } && !label.Any(c => c == '\\' || char.IsControl(c)) && !(label.Length > 1 && label[1] == ':')
        && (label.EndsWith('/') ? label[..^1] : label).Split('/').All(part => part is not ("" or "." or ".."));

    private static async Task<TarEntry> NextAsync(TarReader archive, string name, CancellationToken cancellationToken)
    {
        var entry = await archive.GetNextEntryAsync(copyData: false, cancellationToken);
        return entry is { EntryType: TarEntryType.RegularFile } && entry.Name == name
            ? entry
            : throw new InvalidDataException($"'{name}' is wanted where {(entry is null ? "it ends" : "something else is")}.");
    }

    private static async Task KeepAsync(TarEntry entry, string path, string hash, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
        if (entry.DataStream is { } stream)
            await stream.CopyToAsync(file, cancellationToken);
        file.Position = 0;
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)) != hash)
            throw new InvalidDataException($"image {entry.Name} is another one than was offered.");
    }

    private async Task<PreparedFolder> PrepareAsync(string key, IEnumerable<FolderSpec> specs, SentFolder sent)
    {
        var warnings = new List<string>();
        var fingerprints = new List<string>();
        foreach (var spec in specs)
        {
            var dataset = await Task.Run(() => Try(() => IconFolder.Prepare(spec, sent.Content(spec), time, warnings.Add)));
            await datasets.KeepAsync(dataset);
            Try(() => ConsentGate.Require(_data, dataset.Fingerprint, time));
            fingerprints.Add(dataset.Fingerprint);
        }
        var prepared = new PreparedFolder([.. fingerprints], [.. warnings]);
        AtomicFile.WriteAllText(FileOf(key), JsonSerializer.Serialize(prepared, SpecJson.Indented) + "\n");
        return prepared;
    }

    /// <summary>What is wrong with a folder is its sender's to mend.</summary>
    /// <exception cref="ApiException">It cannot be trained on.</exception>
    public static T Try<T>(Func<T> prepare)
    {
        try
        {
            return prepare();
        }
        catch (Exception failure) when (failure is DatasetException or ConsentException or ImageException)
        {
            throw Unprocessable(failure.Message);
        }
    }

    private PreparedFolder? Read(string key)
    {
        try
        {
            return File.Exists(FileOf(key)) ? JsonSerializer.Deserialize<PreparedFolder>(File.ReadAllText(FileOf(key)), SpecJson.Indented) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string FileOf(string key) => Path.Combine(_data.Datasets, $"{key}.folder.json");

    private static ApiException Unprocessable(string sentence) => new(StatusCodes.Status422UnprocessableEntity, sentence);
}
