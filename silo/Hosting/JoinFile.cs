using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Hosting;

/// <summary>All that a machine needs to be a silo of a cluster. It is as secret as the database's password and the machine's key in it.</summary>
internal sealed record JoinFile
{
    /// <summary>The machine that it was made for.</summary>
    public required string Machine { get; init; }

    /// <summary><see cref="ClusterSettings.Id"/>.</summary>
    public required string ClusterId { get; init; }

    /// <summary><see cref="ClusterSettings.Database"/>.</summary>
    public required string Database { get; init; }

    /// <summary>The authority's certificate, PEM.</summary>
    public required string Authority { get; init; }

    /// <summary>The machine's certificate, PEM.</summary>
    public required string Certificate { get; init; }

    /// <summary>The private key of <see cref="Certificate"/>, PEM.</summary>
    public required string Key { get; init; }

    private const int MostBytes = 64 << 10;

    /// <summary>The folder in a data folder where the authority and the join files are made.</summary>
    public static string Folder(string data) => Path.Combine(data, "cluster");

    /// <summary>Writes it for the machine that it names, readable by its owner alone.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public string Write(string folder)
    {
        var path = Path.Combine(folder, $"{Machine}.join");
        OwnerFile.WriteAllText(path, JsonSerializer.Serialize(this, SpecJson.Indented) + "\n", overwrite: true);
        return path;
    }

    /// <summary>Reads and checks one.</summary>
    /// <exception cref="SiloOptionsException">It cannot be read, is damaged or has expired. Nothing of its content is in the message.</exception>
    public static (JoinFile File, ClusterKeys Keys) Read(string path)
    {
        try
        {
            var file = JsonSerializer.Deserialize<JoinFile>(Content(path), SpecJson.Indented) ?? throw new JsonException();
            return (file, ClusterKeys.Of(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SiloOptionsException([$"The join file '{path}' cannot be read: {failure.Message}"]);
        }
        catch (Exception failure) when (failure is JsonException or CryptographicException or ArgumentException or NotSupportedException)   // an unknown curve, say
        {
            // Their messages may quote the file.
            throw new SiloOptionsException([$"'{path}' is no join file; wanted one as 'icon cluster init' made it, whole."]);
        }
        catch (ExpiredException expired)
        {
            throw new SiloOptionsException([$"The certificate in the join file '{path}' {expired.Message}; wanted a new file: icon cluster init --machine NAME, where the authority is. If this machine's clock is wrong, set it."]);
        }
    }

    /// <summary>The serial number of the certificate in a file, valid or not.</summary>
    /// <exception cref="SiloOptionsException">It is no join file.</exception>
    public static string Serial(string path)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(JsonSerializer.Deserialize<JoinFile>(Content(path), SpecJson.Indented)!.Certificate);
            return certificate.SerialNumber;
        }
        catch (Exception failure) when (failure is JsonException or CryptographicException or ArgumentException or NotSupportedException)   // an unknown curve, say
        {
            throw new SiloOptionsException([$"'{path}' is no join file; wanted one as 'icon cluster init' made it, whole."]);
        }
    }

    // What is much longer, or has no end, is none.
    private static ReadOnlySpan<byte> Content(string path)
    {
        using var stream = File.OpenRead(path);
        var content = new byte[MostBytes + 1];
        var count = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return count <= MostBytes ? content.AsSpan(0, count) : throw new JsonException();
    }
}

/// <summary>A machine's certificate with its private key, and the authority that has issued it and those of the other machines.</summary>
/// <param name="Authority">Whom to believe, and nobody else.</param>
/// <param name="Certificate">What this machine shows.</param>
internal sealed record ClusterKeys(X509Certificate2 Authority, X509Certificate2 Certificate)
{
    private RevocationList? _revoked;

    /// <summary>How long before its end a certificate is to be replaced.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    /// <summary>What there is to say of a certificate that ends soon; null: nothing.</summary>
    public string? Warning => Certificate.NotAfter - DateTime.Now < Soon
        ? $"The certificate of this machine ends on {Certificate.NotAfter:yyyy-MM-dd}; wanted a new join file before that: icon cluster init --machine NAME"
        : null;

    /// <summary>The newest list of certificates that count no more; null: none is known.</summary>
    public RevocationList? Revoked => Volatile.Read(ref _revoked);

    /// <summary>Whether a certificate that was shown is one of the cluster.</summary>
    public bool Trusts(X509Certificate2? certificate) => Client.Cluster.Authority.HasIssued(Authority, certificate) && Revoked?.Holds(certificate!) != true;

    /// <summary>Takes in a list of certificates that count no more.</summary>
    /// <returns>Whether it is the authority's, and newer than the one that was known.</returns>
    public bool Learn(byte[] list)
    {
        if (RevocationList.Read(Authority, list) is not { } read || read.Number <= (Revoked?.Number ?? 0))
            return false;
        Volatile.Write(ref _revoked, read);
        return true;
    }

    /// <exception cref="CryptographicException">A part of it is none, or the certificate is not of this authority.</exception>
    /// <exception cref="ArgumentException">As before.</exception>
    /// <exception cref="ExpiredException">The certificate is not valid now.</exception>
    public static ClusterKeys Of(JoinFile file)
    {
        var authority = X509Certificate2.CreateFromPem(file.Authority);
        var certificate = X509Certificate2.CreateFromPem(file.Certificate, file.Key);
        if (DateTime.Now > certificate.NotAfter || DateTime.Now < certificate.NotBefore)
            throw new ExpiredException($"is valid from {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}, and today is {DateTime.Now:yyyy-MM-dd}");
        var keys = new ClusterKeys(authority, certificate);
        if (!keys.Trusts(certificate))
            throw new CryptographicException();
        return keys with { Certificate = ForTls(certificate) };
    }

    /// <summary>A certificate by which TLS works everywhere: that of Windows takes no private key that is in memory alone.</summary>
    public static X509Certificate2 ForTls(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)
        : certificate;
}

/// <summary>A certificate is not valid now.</summary>
internal sealed class ExpiredException(string message) : Exception(message);
