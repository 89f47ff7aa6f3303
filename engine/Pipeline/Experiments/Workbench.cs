using IconDiffusion.Evaluation.Features;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// A device, and what stays open on it from one piece of work to the next: at most one trained model and one feature network, as a
/// run's batches of icons all need the same ones. Used by one thread at a time.
/// </summary>
public sealed class Workbench(ComputeDevice device) : IDisposable
{
    private (string Run, SamplerSpec Sampler, IIconSource Icons)? _model;
    private (FeatureSource? Source, string? Hash, InceptionWeights Weights, bool FileThere, FeatureExtractor Extractor)? _features;

    /// <summary>Where tensors live.</summary>
    public ComputeDevice Device => device;

    /// <summary>The trained model of a run; valid until another is asked for.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    public IIconSource Icons(string runId, RunFolder folder, RunSpec spec)
    {
        if (_model is { } kept && kept.Run == runId && kept.Sampler == spec.Sampling.Sampler) return kept.Icons;
        CloseModel();
        var icons = MethodTable.Of(spec.Model).Open(folder, spec, device.Device);
        _model = (runId, spec.Sampling.Sampler, icons);
        return icons;
    }

    /// <summary>The feature network; valid until another is asked for.</summary>
    /// <exception cref="FileNotFoundException">A network's file is asked for and not there.</exception>
    public FeatureExtractor Features(EvaluationSpec spec, DataFolder data)
    {
        var path = data.InceptionWeights;
        var there = File.Exists(path);
        if (_features is { } kept && (kept.Source, kept.Hash, kept.Weights, kept.FileThere) == (spec.Features, spec.FeaturesHash, spec.Inception, there)) return kept.Extractor;
        CloseFeatures();
        var extractor = FeatureExtractor.Open(spec, path, device.Device);
        _features = (spec.Features, spec.FeaturesHash, spec.Inception, there, extractor);
        return extractor;
    }

    /// <summary>Closes everything, to leave the memory to a training.</summary>
    public void Clear()
    {
        CloseModel();
        CloseFeatures();
    }

    /// <inheritdoc cref="Clear"/>
    public void Dispose() => Clear();

    private void CloseModel()
    {
        _model?.Icons.Dispose();
        _model = null;
    }

    private void CloseFeatures()
    {
        _features?.Extractor.Dispose();
        _features = null;
    }
}
