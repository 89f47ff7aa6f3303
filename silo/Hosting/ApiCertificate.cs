using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IconDiffusion.Silo.Hosting;

/// <summary>What the API shows to other machines, which reach it by HTTPS alone.</summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="Chain">What stands between it and a root.</param>
/// <param name="Authority">The root, where it is our own, which nobody trusts unless told; null: the certificate is the user's.</param>
internal sealed record ApiCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain, X509Certificate2? Authority)
{
    /// <summary>The user's certificate, or one of the cluster, or of an authority that a silo alone makes in its data folder.</summary>
    /// <returns>Null: other machines do not reach the API, or by plain HTTP.</returns>
    /// <exception cref="SiloOptionsException">It cannot be had.</exception>
    /// <exception cref="IOException">The silo's own authority cannot be read or made.</exception>
    public static ApiCertificate? Of(SiloOptions options) => options switch
    {
        { Listen: null } or { PlainHttp: true } => null,
        { Certificate: { } certificate } => Read(certificate, options.Key),
        { Cluster.Keys: { } keys } => new(keys.Certificate, [], keys.Authority),
        { Cluster: null } => Make(options.Data),
        _ => throw new SiloOptionsException(["Listen lets other machines in, and there is no certificate to encrypt by; wanted --join FILE ('icon cluster init' makes it), or --certificate FILE --key FILE, or --plain-http behind a web server or a tunnel that encrypts."]),
    };

    private static ApiCertificate Read(string certificate, string? key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            return new(ClusterKeys.ForTls(X509Certificate2.CreateFromPemFile(certificate, key)), chain, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SiloOptionsException([$"The certificate '{certificate}'{(key is null ? "" : $" with the key '{key}'")} cannot be used: {failure.Message} Wanted them in PEM."]);
        }
    }

    // A new one at each start: nothing has to be kept, and it never ends.
    private static ApiCertificate Make(string data)
    {
        using var authority = ClusterAuthority.Ensure(JoinFile.Folder(data), TimeProvider.System);
        var (certificate, key) = authority.Issue(Environment.MachineName);
        return new(ClusterKeys.ForTls(X509Certificate2.CreateFromPem(certificate, key)), [], X509Certificate2.CreateFromPem(authority.Certificate));
    }
}
