using IconDiffusion.Data;
using IconDiffusion.Evaluation.Calibration;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Comparisons;

/// <summary>A calibration, as <c>icon calibrate</c> asks for it.</summary>
/// <param name="Sets">The real icons, and the other artist's, if there is one, whatever else a comparison is asked for with.</param>
public sealed record CalibrationRequest(ComparisonRequest Sets, CalibrationSettings Settings)
{
    /// <summary>Makes the calibration and keeps it in the data folder, where reports of the same network find it.</summary>
    /// <param name="progress">What is worked on, how much is done, of how much.</param>
    /// <param name="warn">Is told what is left out or changed of each set, a sentence each.</param>
    /// <exception cref="DatasetException">A set cannot be used, or has too few icons.</exception>
    /// <exception cref="FileNotFoundException">The network's file is asked for and not there.</exception>
    public (CalibrationResult Result, string Folder) Run(
        DataFolder data, ComputeDevice device, TimeProvider time, Action<string, int, int> progress, Action<string> warn, CancellationToken cancellation)
    {
        using var extractor = FeatureExtractor.Open(data.Settled(Sets.Evaluation), data.InceptionWeights, device.Device);
        var sets = Sets.Open(data);
        foreach (var warning in sets.SelectMany(set => set.Warnings).Distinct()) warn(warning);
        var (training, other) = (sets[0], sets.ElementAtOrDefault(1));
        if (training.Dataset.Count < Calibrator.FewestIcons)
            throw new DatasetException($"{training.Name} has {training.Dataset.Count} icons; a calibration needs at least {Calibrator.FewestIcons}.");
        var features = new ReportFeatures(extractor.WeightsId, extractor.Extract, new FeatureCache(data.Weights));
        var result = new Calibrator(extractor.Label, (icons, done, stop) => features.Of(icons, null, done, stop)).Make(
            new(training.Name, training.Dataset.Fingerprint, training.Pixels, other?.Name, other?.Pixels, Settings), time.GetUtcNow(), cancellation, progress);
        var folder = CalibrationFile.FolderOf(data, extractor.Label);
        new CalibrationReport(result).Write(folder);
        return (result, folder);
    }
}
