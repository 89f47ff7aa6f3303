using IconDiffusion.Data;
using IconDiffusion.Evaluation;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Publishing;

/// <summary>An icon that nobody has seen.</summary>
/// <param name="Number">Its number; no other icon of the run has it.</param>
/// <param name="Png">A PNG file, marked visibly, that says what <see cref="IconMetadata"/> does.</param>
public sealed record FreshIcon(int Number, byte[] Png);

/// <summary>
/// Draws new icons of a run for whoever asks, by the rules under which <see cref="Publisher"/> gives icons away: never a copy by the run's own
/// report, under a consent that holds, always marked. The model stays open; one thread draws at a time.
/// </summary>
public sealed class FreshIcons : IDisposable
{
    /// <summary>Icons that are drawn for one answer at most, where all of them are copies.</summary>
    public const int MostTries = 20;

    private readonly TrainedRun _run;
    private readonly bool _withoutConsent;
    private readonly IconPixels _training;
    private readonly double _threshold;
    private readonly int _maxShift;
    private readonly ShownIcons _shown;
    private readonly IIconSource _source;

    private FreshIcons(TrainedRun run, NoveltyReport report, DataFolder data, ComputeDevice device, bool withoutConsent)
    {
        (_run, _withoutConsent) = (run, withoutConsent);
        var dataset = new DatasetStore(data.Datasets).Load(
            run.DatasetFingerprint ?? throw new ExperimentException($"The run {run.Id} does not say which icons it was trained on, so nobody knows which of its icons are copies."));
        _training = dataset.Training.Pixels;
        (_threshold, _maxShift) = (report.Verdict.Threshold, AlignedDistance.ShiftAt(dataset.ImageSize, report.Settings.MaxShift));
        _shown = new(run.Folder);
        try
        {
            _source = run.Open(device);
        }
        catch
        {
            _shown.Dispose();
            throw;
        }
    }

    /// <summary>The run that they are of.</summary>
    public TrainedRun Run => _run;

    /// <summary>What has been shown so far.</summary>
    public ShownTally Tally => _shown.Tally;

    /// <summary>Opens a run's model.</summary>
    /// <param name="steps">See <see cref="TrainedRun.InFewSteps"/>.</param>
    /// <param name="withoutConsent">Whether icons are shown although nobody's consent is on record.</param>
    /// <exception cref="ConsentException">The consent has ended, or there is none and <paramref name="withoutConsent"/> is not set.</exception>
    /// <exception cref="ExperimentException">
    /// The run has no report by whose rule copies are told, its report sees no copies, it does not say what it was trained on, it cannot be drawn
    /// from in so many steps, or another process shows its icons.
    /// </exception>
    /// <exception cref="DatasetException">The training icons, which copies are told by, are not in the data folder.</exception>
    public static FreshIcons Open(TrainedRun run, DataFolder data, ComputeDevice device, int? steps, bool withoutConsent)
    {
        // Whose icons they are is asked before anything else of the run.
        Publisher.RequireConsent(run, withoutConsent);
        var report = Publisher.Read(run).Novelty;
        CopyGate.Check(report);
        return new(run.InFewSteps(steps), report, data, device, withoutConsent);
    }

    /// <summary>The newest consent; null: there is none, and that is wanted so. May be asked while an icon is drawn.</summary>
    /// <exception cref="ConsentException">It was revoked or has expired.</exception>
    public ConsentRecord? RequireConsent() => Publisher.RequireConsent(_run, _withoutConsent);

    /// <summary>A new icon that is no copy; null: <see cref="MostTries"/> in a row were copies.</summary>
    /// <param name="report">The part of an icon that is done, 0…1; begins anew where one was a copy.</param>
    /// <param name="cancellation">Heeded before each model call; the number is used up.</param>
    /// <exception cref="ConsentException">As <see cref="RequireConsent"/>; nothing is shown.</exception>
    public FreshIcon? Draw(Action<double> report, CancellationToken cancellation)
    {
        for (var i = 0; i < MostTries; i++)
        {
            RequireConsent();
            var number = _shown.Take();
            var icon = Draw(number, new Reporter<int>(calls => report((double)calls / _source.Calls)), cancellation);
            var isCopy = CopyRule.IsCopy(AlignedDistance.Find(IconPixels.From([icon]), _training, _maxShift, cancellation)[0].Distance, _threshold);
            var consent = RequireConsent();  // it may have been revoked meanwhile
            _shown.Count(isCopy);
            if (!isCopy)
                return new(number, PngText.Insert(ImageFile.EncodePng(Watermark.Draw(icon)), IconMetadata.Of(_run, _run.DatasetFingerprint, consent, watermark: true).Entries(number)));
        }
        return null;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _source.Dispose();
        _shown.Dispose();
    }

    private Image Draw(int number, Reporter<int> progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        return IconImages.From(_source.Draw(number, 1, progress, cancellation))[0];
    }
}
