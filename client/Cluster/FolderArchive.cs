using System.Formats.Tar;
using System.Net;
using System.Net.Http;

namespace IconDiffusion.Client.Cluster;

/// <summary>A folder on its way to a silo: a tar archive of <c>offer.json</c> and the images <c>0</c>, <c>1</c>, …, read as they are sent.</summary>
internal sealed class FolderArchive : HttpContent
{
    private const int Block = 512;

    private readonly byte[] _offer;
    private readonly IReadOnlyList<string> _images;

    public FolderArchive(byte[] offer, IReadOnlyList<string> images)
    {
        (_offer, _images) = (offer, images);
        Headers.ContentType = new("application/x-tar");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var archive = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        using (var offer = new MemoryStream(_offer))
            await WriteAsync(archive, "offer.json", offer, cancellationToken);
        foreach (var (i, path) in _images.Index())
        {
            await using var image = File.OpenRead(path);
            await WriteAsync(archive, $"{i}", image, cancellationToken);
        }
    }

    // A header before each file, which fills whole blocks, and two empty blocks at the end.
    protected override bool TryComputeLength(out long length)
    {
        length = _images.Select(path => new FileInfo(path).Length).Prepend(_offer.Length).Sum(bytes => Block + (bytes + Block - 1) / Block * Block) + 2 * Block;
        return true;
    }

    private static Task WriteAsync(TarWriter archive, string name, Stream content, CancellationToken cancellation) =>
        archive.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content }, cancellation);
}
