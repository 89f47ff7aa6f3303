using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IconDiffusion.Client.Cluster;

/// <summary>What makes a certificate one of a cluster: its authority, a root that nothing else trusts, has issued it.</summary>
internal static class Authority
{
    /// <summary>
    /// Whether the authority itself has issued a certificate that is valid now. The names in it do not matter: whoever has one is inside the
    /// cluster, under whatever address it is reached.
    /// </summary>
    public static bool HasIssued(X509Certificate2 authority, X509Certificate2? certificate)
    {
        if (certificate is null)
            return false;
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        };
        return chain.Build(certificate) && chain.ChainElements.Count == 2;
    }

    /// <summary>SHA-256 of a certificate, in lower-case hexadecimal digits.</summary>
    public static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
}
