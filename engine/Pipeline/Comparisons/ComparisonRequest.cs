using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Comparisons;

/// <summary>One set against others, as <c>icon compare</c> and <c>icon evaluate</c> ask for.</summary>
public sealed record ComparisonRequest
{
    private const int LargestSize = 1024;

    private const int BuiltInSize = 128;

    /// <summary>Plays the training set.</summary>
    public required DatasetSpec First { get; init; }

    /// <summary>Each plays the generated set in turn; at least one.</summary>
    public required IReadOnlyList<DatasetSpec> Others { get; init; }

    /// <summary>Icons of the first set's kind that were not trained on; null: those that the first set's spec sets aside, if any.</summary>
    public DatasetSpec? HeldOut { get; init; }

    /// <summary>TorchScript file of a copy-detection network; null: none.</summary>
    public string? Descriptor { get; init; }

    /// <summary>
    /// Side in pixels; null: the usual side of the first set's images (<see cref="IconFolder.UsualSide"/>), at most 1024 (128 for a
    /// built-in set). Square images that have that size already are not resampled, and their FID is pytorch-fid's.
    /// </summary>
    public int? Size { get; init; }

    /// <summary>The first icons of each set; null: all.</summary>
    public int? Count { get; init; }

    /// <summary>Whether a folder's damaged files are left out; else one refuses the whole.</summary>
    public bool SkipUnreadable { get; init; }

    /// <summary>The figures' network and settings.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>The packages that the sets are drawn from.</summary>
    public IReadOnlyList<PinnedPackage> Packages => [.. Others.Prepend(First).Select(PinnedPackage.Of).OfType<PinnedPackage>().Distinct()];

    /// <summary>Reads every set, then compares.</summary>
    /// <param name="progress">What is worked on, how many icons are done, of how many.</param>
    /// <param name="warn">Is told what is left out or changed of each set, a sentence each; null: the results tell it.</param>
    /// <exception cref="DatasetException">A set cannot be used.</exception>
    /// <exception cref="FileNotFoundException">The network's file is asked for and not there.</exception>
    public IReadOnlyList<ComparedIcons> Run(
        DataFolder data, ComputeDevice device, Action<string, int, int> progress, CancellationToken cancellation, Action<string>? warn = null)
    {
        using var extractor = FeatureExtractor.Open(data.Settled(Evaluation), data.InceptionWeights, device.Device);
        var all = Open(data);
        var (sets, heldOut) = (all.Take(1 + Others.Count).ToList(), HeldOut is null ? null : all[^1]);
        foreach (var warning in all.SelectMany(set => set.Warnings).Distinct()) warn?.Invoke(warning);
        using var descriptor = Descriptor is null ? null : DescriptorExtractor.Open(Descriptor, device.Device);
        var calibration = CalibrationFile.Find(data, extractor.Label);
        var comparer = new SetComparer(extractor, new FeatureCache(data.Weights), descriptor);
        return [.. sets.Skip(1).Select(set => comparer.Compare(set.Name, sets[0], set, Evaluation.Figures, progress, cancellation, heldOut) with { Calibration = calibration })];
    }

    /// <summary>Reads the sets at one size: the first, the others, the held-out one if there is one.</summary>
    /// <exception cref="DatasetException">A set cannot be used.</exception>
    internal IReadOnlyList<ImageSet> Open(DataFolder data)
    {
        var side = Size ?? (First is FolderSpec folder ? Math.Min(IconFolder.UsualSide(folder.Path) ?? LargestSize, LargestSize) : BuiltInSize);
        var packages = new InstalledPackages(data.Packages);
        return [.. Others.Prepend(First).Concat(HeldOut is null ? [] : [HeldOut]).Select(spec => ImageSet.Open(spec with { ImageSize = side, Count = Count }, SkipUnreadable, packages))];
    }
}
