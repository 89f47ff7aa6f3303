using System.Security.Cryptography;
using System.Text.Json.Serialization;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Specs.Cluster;

/// <summary>
/// A folder of images that a client offers to a silo, which prepares data sets from it: all that there is to know of the folder but the
/// images' bytes, which follow where the silo does not know the folder yet.
/// </summary>
public sealed record FolderOffer
{
    /// <summary>The data sets that are wanted of the folder, each as a run has it. Their path is the client's; messages alone use it.</summary>
    public required EquatableList<FolderSpec> Datasets { get; init; }

    /// <summary>What lies in the folder; the paths of its files are left out.</summary>
    public required FolderListing Listing { get; init; }

    /// <summary>SHA-256 of the images that the data sets need, the first ones of the listing; 64 hexadecimal digits each.</summary>
    public required EquatableList<string> Hashes { get; init; }

    /// <summary>The text of its consent.json; null: it has none.</summary>
    public string? Consent { get; init; }

    /// <summary>The files that state the images' tags; null: no data set is to have tags.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EquatableList<TagFile>? Tags { get; init; }

    /// <summary>What the offer is called while a silo knows it: 64 hexadecimal digits.</summary>
    /// <param name="utf8">The offer as JSON, as it is sent.</param>
    public static string KeyOf(ReadOnlySpan<byte> utf8) => Convert.ToHexStringLower(SHA256.HashData(utf8));
}

/// <summary>What a silo made of a folder that was offered.</summary>
/// <param name="Fingerprints">One for each data set of the offer.</param>
/// <param name="Warnings">What training will not see of the folder, a sentence each.</param>
public sealed record PreparedFolder(EquatableList<string> Fingerprints, EquatableList<string> Warnings);
