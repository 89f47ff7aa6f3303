using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Hosting;

/// <summary>
/// A cluster's certificate authority: a root of ECDSA P-256 in two PEM files, <c>authority.crt</c> and <c>authority.key</c>, which its owner alone can
/// read. It issues the certificates of machines; the reasons: docs/decisions/0017.
/// </summary>
internal sealed class ClusterAuthority : IDisposable
{
    private const int Years = 10;
    private const int MachineYears = 2;

    // Of a machine whose clock is behind.
    private static readonly TimeSpan Lateness = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;

    private ClusterAuthority(X509Certificate2 root, TimeProvider time) => (Root, _time) = (root, time);

    /// <summary>The root in PEM, which is no secret.</summary>
    public string Certificate => Root.ExportCertificatePem() + "\n";

    /// <summary>The root with its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>Whether a folder has an authority with its key.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, "authority.key"));

    /// <summary>The authority of a folder, made if there is none.</summary>
    /// <exception cref="IOException">Its files cannot be read or written, or hold no authority.</exception>
    public static ClusterAuthority Ensure(string folder, TimeProvider time)
    {
        var (certificate, key) = (Path.Combine(folder, "authority.crt"), Path.Combine(folder, "authority.key"));
        if (!File.Exists(key))
        {
            if (File.Exists(certificate))
                throw new IOException($"'{certificate}' is there and its key, '{key}', is not; wanted both, or neither for a new authority, which needs new join files on all machines.");
            Directory.CreateDirectory(folder);
            using var made = Make(time.GetUtcNow());
            using var secret = made.GetECDsaPrivateKey()!;
            // The key last: where it is, the certificate is.
            AtomicFile.WriteAllText(certificate, made.ExportCertificatePem() + "\n");
            OwnerFile.WriteAllText(key, secret.ExportPkcs8PrivateKeyPem() + "\n", overwrite: false);
        }
        try
        {
            return new(X509Certificate2.CreateFromPemFile(certificate, key), time);
        }
        catch (Exception damaged) when (damaged is CryptographicException or ArgumentException)
        {
            throw new IOException($"'{certificate}' and '{key}' hold no certificate authority: {damaged.Message} Wanted them as 'icon cluster init' made them.", damaged);
        }
    }

    /// <summary>The certificates of a machine that are known here: of the file <c>issued.txt</c>, a line for each that a join file was made with.</summary>
    /// <returns>Serial numbers, hexadecimal.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<string> IssuedTo(string folder, string machine) => File.Exists(IssuedFile(folder))
        ? [.. File.ReadLines(IssuedFile(folder)).Select(line => line.Split(' ')).Where(words => words is [_, var name, ..] && name == machine).Select(words => words[0])]
        : [];

    /// <summary>Notes to whom a certificate was issued, before it leaves.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void NoteIssued(string folder, string machine, string certificate)
    {
        using var issued = X509Certificate2.CreateFromPem(certificate);
        File.AppendAllText(IssuedFile(folder), $"{issued.SerialNumber} {machine} {issued.NotAfter.ToUniversalTime():yyyy-MM-dd}\n");
    }

    private static string IssuedFile(string folder) => Path.Combine(folder, "issued.txt");

    /// <summary>Issues a certificate by which a machine is a server and a client, valid for two years.</summary>
    /// <param name="name">Its host name or IP address, which a browser wants to find in it, beside those of the loopback.</param>
    /// <returns>Certificate and private key in PEM.</returns>
    public (string Certificate, string Key) Issue(string name) => Issue(name, _time.GetUtcNow() + TimeSpan.FromDays(365 * MachineYears));

    /// <summary>Makes a certificate for the database's server and its key, as files, unless they are there; they are valid as long as the authority.</summary>
    /// <param name="host">By which the silos reach it.</param>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void IssueForDatabase(string folder, string host)
    {
        var path = Path.Combine(folder, $"postgres-{host}.crt");
        if (File.Exists(path))
            return;
        var (certificate, key) = Issue(host, Root.NotAfter);
        OwnerFile.WriteAllText(Path.ChangeExtension(path, ".key"), key, overwrite: true);
        AtomicFile.WriteAllText(path, certificate);
    }

    /// <summary>As <see cref="Issue(string)"/>, valid until a time that may be over.</summary>
    internal (string Certificate, string Key) Issue(string name, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var each in new[] { name, "localhost", "127.0.0.1", "::1" }.Distinct())
            if (IPAddress.TryParse(each, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(each);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        var from = Root.NotBefore.ToUniversalTime();
        using var certificate = request.Create(Root, from, until < Root.NotAfter ? until : Root.NotAfter, RandomNumberGenerator.GetBytes(16));
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose() => Root.Dispose();

    private static X509Certificate2 Make(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request("IconDiffusion cluster", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(now - Lateness, now.AddYears(Years));
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
