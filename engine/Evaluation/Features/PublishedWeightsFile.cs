using System.Security.Cryptography;
using IconDiffusion.Evaluation.Features.Pickles;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Evaluation.Features;

/// <summary>Bytes of a download: how many there are, and of how many if the server said so.</summary>
public readonly record struct DownloadProgress(long Bytes, long? Total);

/// <summary>A published weights file: where it is kept, where it comes from, and how it is told from any other.</summary>
/// <param name="name">What the weights are called: <c>Inception</c>.</param>
/// <param name="source">Where it is published.</param>
/// <param name="sha256">Its SHA-256, lower-case hexadecimal, or the beginning of it, as far as its publisher tells it.</param>
/// <param name="maxBytes">A download is given up beyond this.</param>
public sealed class PublishedWeightsFile(string name, Uri source, string sha256, long maxBytes)
{
    /// <summary>
    /// The network of the original FID (TensorFlow's inception-2015-12-05), as pytorch-fid converted it; 95,628,359
    /// bytes. The file name carries the first eight digits of the hash, as PyTorch's do.
    /// </summary>
    public static PublishedWeightsFile Inception { get; } = new(
        "Inception", new("https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth"),
        "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
        maxBytes: 128 << 20);

    /// <summary>torchvision's VGG-19 (<c>IMAGENET1K_V1</c>), 574,673,361 bytes. torchvision tells the first eight digits of its hash, in its name.</summary>
    public static PublishedWeightsFile Vgg19 { get; } = new("VGG-19", new("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"), "dcbb9e9d", maxBytes: 640 << 20);

    /// <summary>What the weights are called.</summary>
    public string Name => name;

    /// <summary>Where the published file is downloaded from.</summary>
    public Uri Source => source;

    /// <summary>Its name, which ends in the first digits of its SHA-256.</summary>
    public string FileName => Path.GetFileName(source.AbsolutePath);

    /// <summary><c>weights/</c> below the data folder.</summary>
    public string DefaultPath(string dataFolder) => Path.Combine(dataFolder, "weights", FileName);

    /// <summary>Checks that <paramref name="path"/> is this very file and returns its SHA-256.</summary>
    /// <exception cref="FileNotFoundException">It is not there; the message says how to get it.</exception>
    /// <exception cref="InvalidDataException">It is another file.</exception>
    public string Verify(string path)
    {
        using var stream = Open(path);
        return Check(path, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    /// <summary>Copies the file from elsewhere to <paramref name="path"/>, verified before it gets that name. It is read once, so that it may be a pipe.</summary>
    /// <exception cref="FileNotFoundException">As <see cref="Verify"/>.</exception>
    /// <exception cref="InvalidDataException">As <see cref="Verify"/>; an old file stays.</exception>
    public void Install(string from, string path)
    {
        using var file = Open(from);
        AtomicFile.Write(path, target =>
        {
            using var hash = SHA256.Create();
            using var read = new CryptoStream(file, hash, CryptoStreamMode.Read);
            read.CopyTo(target);
            Check(from, Convert.ToHexStringLower(hash.Hash!));
        });
    }

    /// <summary>Verifies the file and reads its tensors.</summary>
    /// <exception cref="FileNotFoundException">As <see cref="Verify"/>.</exception>
    /// <exception cref="InvalidDataException">As <see cref="Verify"/>.</exception>
    public IReadOnlyDictionary<string, PickledTensor> Read(string path)
    {
        Verify(path);
        return TorchFile.Read(path);
    }

    /// <summary>
    /// Downloads to <paramref name="path"/>, verified before it gets that name: whatever fails, no partial file is
    /// left and an old one stays.
    /// </summary>
    /// <exception cref="HttpRequestException">No connection, or the server answers with an error.</exception>
    /// <exception cref="InvalidDataException">What came is another file, or a truncated one.</exception>
    public async Task DownloadAsync(HttpClient client, string path, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{FileName}.{Guid.NewGuid():N}.tmp");
        try
        {
            Check(source.ToString(), await FetchAsync(client, temporary, progress, cancellationToken));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);  // nothing is there after the move
        }
    }

    private async Task<string> FetchAsync(HttpClient client, string temporary, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(source, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        var total = response.Content.Headers.ContentLength;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        var buffer = new byte[1 << 17];
        var received = 0L;
        for (int count; (count = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if ((received += count) > maxBytes) throw new InvalidDataException($"{source} sends more than {maxBytes} bytes; given up.");
            hash.AppendData(buffer, 0, count);
            await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            progress?.Report(new(received, total));
        }
        file.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private FileStream Open(string path) => File.Exists(path) ? File.OpenRead(path)
        : throw new FileNotFoundException($"The {name} weights are not at '{path}'. Download {source} and put it there, or ask for another network.", path);

    private string Check(string file, string hash) => hash.StartsWith(sha256, StringComparison.Ordinal) ? hash
        : throw new InvalidDataException($"'{file}' has SHA-256 {hash}; that of {FileName} {(sha256.Length < hash.Length ? "begins with" : "is")} {sha256}. It is another file or a damaged one.");
}
