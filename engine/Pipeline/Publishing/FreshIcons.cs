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
    private readonly IconTags? _tags;  // that the model was told
    private readonly ShownIcons _shown;
    private readonly IIconSource _source;

    private FreshIcons(TrainedRun run, NoveltyReport report, DataFolder data, ComputeDevice device, bool withoutConsent)
    {
        (_run, _withoutConsent) = (run, withoutConsent);
        var dataset = new DatasetStore(data.Datasets).Load(
            run.DatasetFingerprint ?? throw new ExperimentException($"The run {run.Id} does not say which icons it was trained on, so nobody knows which of its icons are copies."));
        _training = dataset.Training.Pixels;
        (_threshold, _maxShift) = (report.Verdict.Threshold, AlignedDistance.ShiftAt(dataset.ImageSize, report.Settings.MaxShift));
        _tags = run.Spec.Model.IsToldTags ? IconTags.Read(run.Folder) : null;
        Tags = _tags is null ? [] : [.. _tags.Names.Zip(_tags.Counts()).OrderByDescending(tag => tag.Second).Select(tag => tag.First)];
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

    /// <summary>Tags that an icon may be asked to show, those that most training icons have first; none: the model knows no tags.</summary>
    public EquatableList<string> Tags { get; }

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

    /// <summary>A new icon that is no copy, as the run's own sampler has its tags; null: <see cref="MostTries"/> in a row were copies.</summary>
    /// <param name="report">The part of an icon that is done, 0…1; begins anew where one was a copy.</param>
    /// <param name="cancellation">Heeded before each model call; the number is used up.</param>
    /// <exception cref="ConsentException">As <see cref="RequireConsent"/>; nothing is shown.</exception>
    public FreshIcon? Draw(Action<double> report, CancellationToken cancellation) => Draw([], report, cancellation);

    /// <summary>As above, an icon that is asked to show something.</summary>
    /// <param name="with">Some of <see cref="Tags"/>; none: those of the run's own sampler.</param>
    /// <exception cref="ExperimentException">The model knows no such tag.</exception>
    public FreshIcon? Draw(IReadOnlyList<string> with, Action<double> report, CancellationToken cancellation)
    {
        if (with.Count > 0 && _tags is null)
            throw new ExperimentException($"The run {_run.Id} is {_run.Spec.Model.Label}, which was trained without tags; '{with[0]}' cannot be asked for.");
        var places = with.Count == 0 ? null : _tags!.PlacesOf(with);
        for (var i = 0; i < MostTries; i++)
        {
            RequireConsent();
            var number = _shown.Take();
            var icon = Draw(number, places, new Reporter<int>(calls => report((double)calls / _source.Calls)), cancellation);
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

    private Image Draw(int number, IReadOnlyList<int>? places, Reporter<int> progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        return IconImages.From(_source is ITaggedIcons told ? told.Draw(number, 1, places, progress, cancellation) : _source.Draw(number, 1, progress, cancellation))[0];
    }
}
