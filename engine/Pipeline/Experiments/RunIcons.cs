using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>The icons that a run drew and those it was trained on, each set read once, when it is first asked for.</summary>
/// <param name="fingerprint">Of the data set.</param>
/// <param name="count">How many icons were drawn.</param>
internal sealed class RunIcons(DataFolder data, string runId, RunSpec spec, string fingerprint, int count)
{
    private readonly Lazy<IconDataset> _dataset = new(() => new DatasetStore(data.Datasets).Load(fingerprint));
    private readonly Lazy<IconPixels> _generated = new(() => SampleStage.Read(new(data.Run(runId)), spec.Sampling.Sampler, 0, count));

    /// <summary>Where the drawn icons lie.</summary>
    public RunFolder Folder { get; } = new(data.Run(runId));

    /// <exception cref="DatasetException">The data set is not in the store.</exception>
    public IconDataset Dataset => _dataset.Value;

    /// <inheritdoc cref="Dataset"/>
    public IconPixels Training => Dataset.Training.Pixels;

    /// <exception cref="FileNotFoundException">An icon is missing.</exception>
    public IconPixels Generated => _generated.Value;
}
