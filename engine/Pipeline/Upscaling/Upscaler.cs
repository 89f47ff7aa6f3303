using System.Security.Cryptography;
using IconDiffusion.Data;
using IconDiffusion.Evaluation;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Upscaling;

/// <summary>Enlarges any icons by a stage of a cascade alone, into PNG files that each say so.</summary>
public static class Upscaler
{
    /// <summary>Enlarges what is not there yet; files that were written before by the same run, of the same pictures, noise and seed, are kept.</summary>
    /// <param name="run">From <see cref="TrainedRun.AsStage"/>.</param>
    /// <param name="icons">Of the size that it enlarges; each name is that of a file in <paramref name="folder"/>.</param>
    /// <param name="folder">Where the files are written.</param>
    /// <param name="noise">How much noise the small icons get before, as a part of the forward process.</param>
    /// <param name="report">(batches done, in fractions, and batches in all), about once per model call.</param>
    /// <param name="cancellation">Heeded before each model call; whole batches stay.</param>
    /// <exception cref="ConsentException">The consent for the stage's training icons has ended.</exception>
    /// <exception cref="ExperimentException">A file that is there is another one.</exception>
    public static void Enlarge(TrainedRun run, IReadOnlyList<NamedIcon> icons, string folder, double noise, ComputeDevice device, Action<double, double> report, CancellationToken cancellation)
    {
        run.RequireConsent();
        NamedIcon[] missing = [.. icons.Where(icon => !IsThere(icon))];
        if (missing.Length == 0) return;
        using var source = run.Open(device);
        var stage = new EnlargingStage(source);
        var batches = missing.Chunk(run.Spec.Sampling.BatchSize).ToArray();
        foreach (var (done, batch) in batches.Index())
        {
            var metadata = IconMetadata.Of(run, run.DatasetFingerprint, run.RequireConsent(), watermark: false);
            var large = stage.Enlarge([.. batch.Select(icon => icon.Icon)], noise, new Reporter<int>(calls => report(done + ((double)calls / stage.Calls), batches.Length)), cancellation);
            foreach (var (icon, image) in batch.Zip(large))
                AtomicFile.WriteAllBytes(FileOf(icon), PngText.Insert(ImageFile.EncodePng(image), metadata.Entries(SourceOf(icon))));
        }

        string FileOf(NamedIcon icon) => Path.Combine(folder, icon.Name);

        EnlargedPicture SourceOf(NamedIcon icon) => new(icon.Name, icon.Icon.Width, Convert.ToHexStringLower(SHA256.HashData(icon.Icon.Pixels)), noise, run.Spec.Seed);

        bool IsThere(NamedIcon icon) => File.Exists(FileOf(icon)) && (IconMetadata.IsOf(File.ReadAllBytes(FileOf(icon)), run.Id, SourceOf(icon))
            ? true
            : throw new ExperimentException($"'{FileOf(icon)}' is there already and is not '{icon.Name}' enlarged by run {run.Id} with this noise and seed; nothing was written over it. Wanted another folder."));
    }
}
