using System.Text;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// Looks at a run while it trains, and keeps what it sees in <see cref="RunFolder.WindowFile"/>, which is written anew at each look: a few
/// hundred lines at most. A picture of each look shows the first icons above the training icons nearest to them. The file is cut back to the step that training goes on from, so that it has no look twice.
/// </summary>
/// <param name="spec">The run.</param>
/// <param name="dataset">What it is trained on.</param>
/// <param name="folder">The run's; its writer is the trainer.</param>
/// <param name="data">Has the feature network, and keeps the features of real icons.</param>
/// <param name="device">Where it is trained.</param>
/// <param name="warn">Receives a sentence on each look that failed.</param>
public sealed class TrainingWatch(RunSpec spec, IconDataset dataset, RunFolder folder, DataFolder data, Device device, Action<string> warn) : ITrainingWatch, IDisposable
{
    /// <summary>Icons that a look draws, unless the run itself draws fewer.</summary>
    public const int Icons = 64;

    // Real icons that the method's own signs are taken from, spread evenly over their set.
    private const int SignIcons = 16;

    // Icons that a look's picture shows.
    private const int Shown = 2 * Trainer.StripIcons;

    private List<WindowPoint> _points = [];
    private (long Step, double Cost) _failed;
    private LookMeter? _meter;

    /// <inheritdoc/>
    public TrainingWindow? Window { get; private set; }

    /// <summary>The looks at a run, in the order of their steps; none: nobody looked.</summary>
    /// <exception cref="JsonException">The file is of another version.</exception>
    public static IReadOnlyList<WindowPoint> Read(RunFolder folder) => !File.Exists(folder.WindowFile) ? [] :
        [.. File.ReadLines(folder.WindowFile).Select(line => JsonSerializer.Deserialize<WindowPoint>(line, SpecJson.Compact)!)];

    /// <inheritdoc/>
    public void Resume(long step)
    {
        try
        {
            _points = [.. Read(folder).Where(point => point.Step <= step)];
        }
        catch (JsonException error)
        {
            warn($"The looks in '{folder.WindowFile}' can't be read and begin anew: {error.Message}");
        }
        Window = WindowRule.Of(_points);
    }

    /// <inheritdoc/>
    public bool IsDue(long step, TimeSpan worked, LookOccasion occasion)
    {
        var last = Math.Max(_failed.Step, _points.Count == 0 ? 0 : _points[^1].Step);
        double? next = _points.Count > 0 ? _points[^1].Cost : _failed.Step > 0 ? _failed.Cost : null;
        var (first, later) = (_points.Take(1).Sum(point => point.Cost), _points.Skip(1).Sum(point => point.Cost) + _failed.Cost);
        var trained = worked.TotalSeconds - first - later;
        var planned = Math.Min(spec.Training.Budget.TotalSeconds, spec.Training.Steps is { } steps ? trained / step * steps : double.PositiveInfinity);
        return LookSchedule.IsDue(last, later, next, step, trained, planned, occasion);
    }

    /// <inheritdoc/>
    public void Look(IMethod method, long step, WorkClock clock)
    {
        (WindowPoint Point, Image Sheet) seen;
        var start = clock.Worked;
        try
        {
            // The features of the real icons are no cost of looks: they are kept for the scores.
            _meter ??= Open();
            start = clock.Worked;
            seen = Measure(method, step, start.TotalSeconds);
        }
        catch (Exception error)
        {
            // Whatever it is, such as memory or icons that are not numbers: training does not depend on it.
            _failed = (step, _failed.Cost + (clock.Worked - start).TotalSeconds);
            if (error is DirectoryNotFoundException) throw;   // The run's folder is gone, which is no matter of looks.
            warn($"The look at step {step} failed, training goes on: {error.Message}");
            return;
        }
        _points.Add(seen.Point with { Cost = (clock.Worked - start).TotalSeconds });
        Window = WindowRule.Of(_points);
        var text = new StringBuilder();
        foreach (var each in _points) text.Append(JsonSerializer.Serialize(each, SpecJson.Compact)).Append('\n');
        AtomicFile.WriteAllText(folder.WindowFile, text.ToString(), within: folder.Path);
        ImageFile.SavePng(folder.LookFile(step), seen.Sheet);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter?.Dispose();

    private (WindowPoint Point, Image Sheet) Measure(IMethod method, long step, double seconds)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var drawn = method.DrawIcons(Math.Min(Icons, spec.Sampling.Count));
        if (!drawn.isfinite().all().item<bool>()) throw new InvalidDataException("the network draws icons that are not numbers.");
        var signs = method.Signs(Some(dataset.Training)!, Some(dataset.HeldOut), drawn);
        var icons = IconPixels.From(IconImages.From(drawn));
        var (point, looks) = _meter!.Measure(step, seconds, icons, signs);
        var pairs = looks.Take(Shown).Select((look, i) => new NearestGallery.Entry(
            icons.ToImage(i), look.IsMirrored ? dataset[look.Nearest].Mirrored() : dataset[look.Nearest], look.Distance, IsFramed: look.IsCopy));
        return (point, NearestGallery.Compose([.. pairs], Trainer.StripIcons));
    }

    private LookMeter Open() => new(
        dataset.Training.Pixels, dataset.Fingerprint, dataset.HeldOut?.Pixels,
        FeatureExtractor.Open(spec.Evaluation, data.InceptionWeights, device), new FeatureCache(data.Weights) { Within = folder.Path });

    // float32 [N,3,H,W] in −1…1; null: there is no set.
    private Tensor? Some(IconSet? icons)
    {
        if (icons is null) return null;
        var all = tensor(icons.Pixels.Data.ToArray()).reshape(icons.Count, dataset.ImageSize, dataset.ImageSize, 3);
        var kept = Math.Min(SignIcons, icons.Count);
        var chosen = all.index_select(0, tensor(Enumerable.Range(0, kept).Select(i => (long)i * icons.Count / kept).ToArray()));
        return PixelRange.ToModel(chosen.permute(0, 3, 1, 2)).to(device);
    }
}
