using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IconDiffusion.Silo.Hosting;

/// <summary>An authority's list of certificates that it has issued and that count no more (RFC 5280, section 5), signed by it.</summary>
/// <param name="Number">Counts up with every list.</param>
/// <param name="Der">The list itself.</param>
internal sealed record RevocationList(BigInteger Number, byte[] Der)
{
    private readonly HashSet<BigInteger> _serials = [];

    /// <summary>Whether a certificate is in it.</summary>
    public bool Holds(X509Certificate2 certificate) => _serials.Contains(Serial(certificate.SerialNumberBytes.Span));

    /// <summary>Adds certificates to a list, or begins one.</summary>
    /// <param name="root">The authority with its key.</param>
    /// <param name="before">Null: there is none yet.</param>
    /// <param name="serials">Hexadecimal digits, as <see cref="X509Certificate2.SerialNumber"/>.</param>
    public static RevocationList Add(X509Certificate2 root, RevocationList? before, IEnumerable<string> serials, DateTimeOffset now)
    {
        var number = BigInteger.Zero;
        var builder = before is null ? new CertificateRevocationListBuilder() : CertificateRevocationListBuilder.Load(before.Der, out number);
        foreach (var serial in serials.Select(Convert.FromHexString).Where(serial => before?._serials.Contains(Serial(serial)) != true))
            builder.AddEntry(serial, now);
        return Read(root, builder.Build(root, number + 1, root.NotAfter, HashAlgorithmName.SHA256, thisUpdate: now))!;
    }

    /// <summary>Reads a list; null: it is damaged, or not of this authority.</summary>
    public static RevocationList? Read(X509Certificate2 authority, byte[] der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            var signed = outer.ReadEncodedValue();
            outer.ReadSequence();
            using var key = authority.GetECDsaPublicKey();
            if (key?.VerifyData(signed.Span, outer.ReadBitString(out _), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) != true)
                return null;
            _ = CertificateRevocationListBuilder.Load(der, out var number);
            var list = new RevocationList(number, der);

            // Version, algorithm, issuer, one time or two, and then the entries, each beginning with a serial number.
            var fields = new AsnReader(signed, AsnEncodingRules.DER).ReadSequence();
            fields.ReadInteger();
            fields.ReadSequence();
            fields.ReadSequence();
            while (fields.HasData && fields.PeekTag() is var tag && (tag == Asn1Tag.UtcTime || tag == Asn1Tag.GeneralizedTime))
                fields.ReadEncodedValue();
            if (fields.HasData && fields.PeekTag() == Asn1Tag.Sequence)
                for (var entries = fields.ReadSequence(); entries.HasData;)
                    list._serials.Add(entries.ReadSequence().ReadInteger());
            return list;
        }
        catch (Exception damaged) when (damaged is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    private static BigInteger Serial(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
