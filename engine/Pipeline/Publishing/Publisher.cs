using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>What would be published of a run.</summary>
/// <param name="Record">The consent's record; null: nobody's is on record.</param>
/// <param name="Consent">What it says.</param>
/// <param name="Verdict">The novelty report's sentence.</param>
/// <param name="Icons">Icons that are no copies.</param>
/// <param name="LeftOut">Those that are.</param>
public sealed record PublicationOffer(string? Record, Consent? Consent, string Verdict, int Icons, EquatableList<LeftOutIcon> LeftOut);

/// <summary>Gives a run's icons away: those that are no copies, under a consent, each saying what it is, with cards and a manifest.</summary>
public static class Publisher
{
    /// <summary>Name of the sheet that shows all published icons.</summary>
    public const string ContactSheetFile = FolderListing.ContactSheetFile;

    // As in a run's report.
    private const int MostOnSheet = 256;

    /// <summary>Makes the folder. Where every icon is a copy none is made and the manifest has no files.</summary>
    /// <param name="report">(icons done, icons in all).</param>
    /// <exception cref="ConsentException">The consent has ended, or there is none and <see cref="PublishOptions.WithoutConsent"/> is not set.</exception>
    /// <exception cref="ExperimentException">The run has no result or no novelty report, its report sees no copies, an icon is gone, or the folder is not empty.</exception>
    public static PublicationManifest Publish(TrainedRun run, DataFolder data, PublishOptions options, Action<double, double> report)
    {
        var consent = RequireConsent(run, options.WithoutConsent);
        var (result, novelty) = Read(run);
        var copies = CopyGate.LeftOut(novelty);
        int[] fresh = [.. Fresh(novelty).Take(options.Count ?? int.MaxValue)];
        var store = new DatasetStore(data.Datasets);
        var publication = new Publication
        {
            Result = result,
            Novelty = novelty,
            Dataset = store.Contains(result.DatasetFingerprint) ? store.Load(result.DatasetFingerprint) : null,
            Tags = run.Spec.Model.IsToldTags ? IconTags.Read(run.Folder) : null,
            Consent = consent,
            Origins = run.RequireOrigins(),
            Icons = [.. fresh],
            LeftOut = [.. copies],
            Watermark = options.Watermark,
        };
        var metadata = IconMetadata.Of(run, result.DatasetFingerprint, consent, options.Watermark);

        // The folder.
        using var folder = new PublishedFolder(options.To);
        var files = new List<PublishedFile>();
        var shown = new List<Image>();
        foreach (var icon in fresh)
        {
            var image = Load(run, icon);
            if (options.Watermark) image = Watermark.Draw(image);
            if (shown.Count < MostOnSheet) shown.Add(image);
            Add($"icons/{icon:D5}.png", PngText.Insert(ImageFile.EncodePng(image), metadata.Entries(icon)), icon);
            report(files.Count, fresh.Length);
        }
        if (fresh.Length > 0)
        {
            Add(ContactSheetFile, PngText.Insert(ImageFile.EncodePng(ContactSheet.Compose(shown)), metadata.Entries(icon: null)));
            Add(ModelCard.FileName, Encoding.UTF8.GetBytes(ModelCard.Write(publication)));
            Add(DatasetCard.FileName, Encoding.UTF8.GetBytes(DatasetCard.Write(publication)));
        }
        var manifest = new PublicationManifest
        {
            Run = run.Id,
            Model = metadata.Model,
            Dataset = result.DatasetFingerprint,
            Consent = consent?.Id,
            Software = metadata.Software,
            Watermark = options.Watermark,
            Verdict = novelty.Verdict.Sentence,
            Files = [.. files],
            LeftOut = publication.LeftOut,
        };
        if (fresh.Length == 0) return manifest;
        folder.Add(PublicationManifest.FileName, JsonSerializer.SerializeToUtf8Bytes(manifest, SpecJson.Indented));
        run.RequireConsent();  // it may have been revoked meanwhile
        folder.Commit();
        return manifest;

        void Add(string name, byte[] content, int? icon = null)
        {
            folder.Add(name, content);
            files.Add(new(name, Convert.ToHexStringLower(SHA256.HashData(content)), icon));
        }
    }

    /// <summary>What would be published of a run, nothing being made.</summary>
    /// <exception cref="ConsentException">The consent has ended.</exception>
    /// <exception cref="ExperimentException">The run has no result or no novelty report, or its report sees no copies.</exception>
    public static PublicationOffer Offer(TrainedRun run)
    {
        var consent = RequireConsent(run, withoutConsent: true);
        var novelty = Read(run).Novelty;
        return new(consent?.Id, consent?.Consent, novelty.Verdict.Sentence, Fresh(novelty).Count(), [.. CopyGate.LeftOut(novelty)]);
    }

    private static IEnumerable<int> Fresh(NoveltyReport novelty) => novelty.Icons.Where(icon => !icon.IsCopy).Select(icon => icon.Icon);

    /// <summary>The consent that a run's icons are shown to others under; null: there is none, and that is wanted so.</summary>
    /// <exception cref="ConsentException">It, or that of weights that its training started from, has ended, or there is none and <paramref name="withoutConsent"/> is not set.</exception>
    internal static ConsentRecord? RequireConsent(TrainedRun run, bool withoutConsent) => run.RequireOrigins().FirstOrDefault(each => each.Consent is null) is { Origin: { } origin } && !withoutConsent
        ? throw new ConsentException($"The training of run {run.Id} started from {TransferSource.NameOf(origin)}, and nobody's consent for what that rests on is on record; --without-consent publishes all the same and says so first.")
        : run.RequireConsent() ?? (withoutConsent ? null : throw new ConsentException($"Nobody's consent for the training icons of run {run.Id} is on record; 'icon consent grant' beside the images and 'icon run' again record one, --without-consent publishes all the same and says so first."));

    /// <summary>A run's scores and what its report says of copies.</summary>
    /// <exception cref="ExperimentException">It has none.</exception>
    internal static (RunResult Result, NoveltyReport Novelty) Read(TrainedRun run)
    {
        if (!File.Exists(Path.Combine(run.ResultFolder, RunReport.ResultFile)))
            throw new ExperimentException($"The run {run.Id} has no result yet; 'icon run' with its experiment file makes it.");
        var novelty = NoveltyReport.Read(run.ResultFolder)
            ?? throw new ExperimentException($"The run {run.Id} has no novelty report, so nobody knows which of its icons are copies; run 'icon report {run.Id}' first.");
        return (RunReport.ReadResult(run.ResultFolder), novelty);
    }

    private static Image Load(TrainedRun run, int icon) => File.Exists(run.SampleFile(icon))
        ? ImageFile.Load(run.SampleFile(icon), Rgb.White)
        : throw new ExperimentException($"The novelty report of run {run.Id} tells of icon {icon}, which is not in '{run.SamplesFolder}'; 'icon sample {run.Id} --count {icon + 1}' draws it again.");
}
