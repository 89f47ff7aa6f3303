using System.Security.Cryptography;
using System.Text.Json;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace IconDiffusion.Silo.Api;

/// <summary>What comes before the files of a folder that a browser sends.</summary>
internal record FolderOrder
{
    /// <summary>What the folder is called; messages alone use it.</summary>
    public required string Name { get; init; }

    /// <summary>What its files are called, relative to it, with '/', in the order in which they follow.</summary>
    public required EquatableList<string> Files { get; init; }
}

/// <summary>A folder of images that a client has sent.</summary>
/// <param name="Path">Of the folder here that holds its images as <c>0</c>, <c>1</c>, …, in the order of the listing.</param>
/// <param name="Listing">As <see cref="FolderWalk"/> lists it; a browser follows links, or leaves them out, before it tells of them.</param>
/// <param name="Hashes">SHA-256 of the images that are here, the first ones of the listing.</param>
/// <param name="Consent">The text of its consent.json; null: it has none.</param>
/// <param name="Tags">The files that state the images' tags.</param>
internal sealed record SentFolder(string Path, FolderListing Listing, EquatableList<string> Hashes, string? Consent, EquatableList<TagFile> Tags)
{
    /// <summary>What is read of it for a data set.</summary>
    public FolderContent Content(FolderSpec spec) => new(
        Listing with { Images = [.. Listing.Images.Select(image => image with { Path = NameOf(spec, image.Label) })] },
        () => Tags,
        () => Consent is null ? null : Data.Consent.Parse(Consent, NameOf(spec, FolderListing.ConsentFile)),
        image => ImageFile.ReadBytes(System.IO.Path.Combine(Path, $"{image}"), NameOf(spec, Listing.Images[image].Label)));

    // What messages call a file; the path is the client's.
    private static string NameOf(FolderSpec spec, string label) => $"{spec.Path.TrimEnd('/')}/{label}";
}

/// <summary>
/// Reads folders from forms (multipart/form-data, RFC 7578), which every browser can send: a part <c>order</c>, which is JSON, then the files. What
/// a file is called is said in the order and stays a label; here it has a number.
/// </summary>
internal sealed class FolderForm(SiloOptions options, Folders folders)
{
    public const string MediaType = "multipart/form-data";

    /// <summary>Reads a folder, and hands it on; what was sent is gone afterwards.</summary>
    /// <exception cref="ApiException">It is no such form, or too large.</exception>
    public async Task<TAnswer> ReadAsync<TOrder, TAnswer>(HttpContext context, Func<TOrder, SentFolder, Task<TAnswer>> use)
        where TOrder : FolderOrder
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.MaxDatasetBytes;
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || type.MediaType != MediaType || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"The content type is '{context.Request.ContentType}'; wanted {MediaType} with a boundary.");
        return await folders.WithUploadAsync(async folder =>
        {
            try
            {
                var form = new MultipartReader(boundary, context.Request.Body) { BodyLengthLimit = options.MaxDatasetBytes };
                var order = await OrderAsync<TOrder>(form, context.RequestAborted);
                return await use(order, await FilesAsync(form, order, folder, context.RequestAborted));
            }
            catch (Exception malformed) when (malformed is InvalidDataException or EndOfStreamException or JsonException)
            {
                throw new ApiException(StatusCodes.Status422UnprocessableEntity, $"The content is no folder, and nothing was kept: {malformed.Message}");
            }
        }, context.RequestAborted);
    }

    private async Task<TOrder> OrderAsync<TOrder>(MultipartReader form, CancellationToken cancellationToken)
        where TOrder : FolderOrder
    {
        var part = await form.ReadNextSectionAsync(cancellationToken) ?? throw new InvalidDataException("it is empty.");
        using var bytes = new MemoryStream();
        await part.Body.CopyToAsync(bytes, cancellationToken);
        var order = JsonSerializer.Deserialize<TOrder>(bytes.ToArray(), SpecJson.Compact) ?? throw new JsonException("its order is null.");
        if (order.Files.Count > Folders.MostImages)
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The folder has {order.Files.Count} files; wanted at most {Folders.MostImages}.");
        if (order.Files.Prepend(order.Name).FirstOrDefault(label => !Folders.IsLabel(label) || label[^1] == '/') is { } wrong)
            throw new InvalidDataException($"a file or folder is called '{wrong}'; wanted a name within the folder, with '/' between its parts.");
        return order.Files.Distinct().Count() == order.Files.Count ? order : throw new InvalidDataException("two of its files have one name.");
    }

    private static async Task<SentFolder> FilesAsync(MultipartReader form, FolderOrder order, string folder, CancellationToken cancellationToken)
    {
        var (images, others, hidden) = (new List<(string Label, string Path)>(), new Dictionary<string, string>(), new List<string>());
        foreach (var (i, label) in order.Files.Index())
        {
            var part = await form.ReadNextSectionAsync(cancellationToken) ?? throw new InvalidDataException($"{order.Files.Count} files are named, and {i} came.");
            var path = Path.Combine(folder, $"sent-{i}");
            await using (var file = new FileStream(path, FileMode.CreateNew))
                await part.Body.CopyToAsync(file, cancellationToken);
            var isImage = !FolderListing.IsContactSheet(label) && (ImageSignature.Promised(label) is not null || ImageSignature.BeginsLikeImage(path));
            if (HiddenFolder(label) is { } above)
                hidden.Add(above);
            else if (label.Split('/')[^1][0] == '.')
                hidden.AddRange(isImage ? [label] : []);
            else if (isImage)
                images.Add((label, path));
            else
                others.Add(label, path);
        }
        images.Sort((one, other) => StringComparer.Ordinal.Compare(one.Label, other.Label));
        var hashes = new List<string>();
        foreach (var (i, (_, path)) in images.Index())
        {
            var kept = Path.Combine(folder, $"{i}");
            File.Move(path, kept);
            await using var file = File.OpenRead(kept);
            hashes.Add(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)));
        }
        var listing = new FolderListing(
            [.. images.Select(image => new FolderFile(image.Label, ""))], [.. others.Keys.Order(StringComparer.Ordinal)],
            [.. hidden.Where(label => label[^1] != '/').Order(StringComparer.Ordinal), .. hidden.Where(label => label[^1] == '/').Distinct().Order(StringComparer.Ordinal)], [], []);
        var consent = others.TryGetValue(FolderListing.ConsentFile, out var stated) ? await File.ReadAllTextAsync(stated, cancellationToken) : null;
        return new(folder, listing, [.. hashes], consent, [.. TagFile.In(listing).Select(label => new TagFile(label, File.ReadAllText(others[label])))]);
    }

    // With '/' at its end; null: the file lies in no hidden folder.
    private static string? HiddenFolder(string label)
    {
        var parts = label.Split('/');
        var hidden = Array.FindIndex(parts, 0, parts.Length - 1, part => part[0] == '.');
        return hidden < 0 ? null : string.Join('/', parts[..(hidden + 1)]) + '/';
    }
}
