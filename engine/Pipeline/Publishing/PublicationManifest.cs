using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>What was published and what was not: the folder's <c>manifest.json</c>.</summary>
public sealed record PublicationManifest
{
    /// <summary>The manifest's name in the published folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>See <see cref="RunIdentity.Run"/>.</summary>
    public required string Run { get; init; }

    /// <summary>What drew the icons, in words.</summary>
    public required string Model { get; init; }

    /// <summary>The training set's fingerprint.</summary>
    public required string Dataset { get; init; }

    /// <summary>The consent record that the publication rests on; null: none, as the publisher was told and wanted.</summary>
    public string? Consent { get; init; }

    /// <summary>The program and its version.</summary>
    public required string Software { get; init; }

    /// <summary>Whether the icons are marked visibly.</summary>
    public required bool Watermark { get; init; }

    /// <summary>The novelty report's rule and how often it was met.</summary>
    public required string Verdict { get; init; }

    /// <summary>Every file of the folder but this one.</summary>
    public required EquatableList<PublishedFile> Files { get; init; }

    /// <summary>Icons that the report calls copies, and of what.</summary>
    public required EquatableList<LeftOutIcon> LeftOut { get; init; }
}

/// <summary>One file.</summary>
/// <param name="Name">Relative to the folder, with <c>/</c>.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Icon">The icon's number; null: it is not one icon.</param>
public sealed record PublishedFile(string Name, string Sha256, int? Icon = null);
