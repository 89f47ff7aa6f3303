using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Commands;

/// <summary>
/// An experiment with the data sets of its folders and the files of weights that it starts from, read on this machine: a silo never opens a path that came over
/// the network. Its feature network is settled here too, for all silos that will work on it.
/// </summary>
internal sealed class PreparedExperiment
{
    private readonly DataFolder _data;
    private readonly DatasetStore _store;
    private readonly List<string?> _fingerprints = [];

    // Of style transfers. All are prepared here: their fingerprints are part of the experiment.
    private readonly Dictionary<DatasetSpec, (string? Fingerprint, string? Error)> _contents = [];

    private readonly Action<string> _warn;

    /// <summary>Reads every folder that the experiment names, each once, into the data folder.</summary>
    /// <param name="warn">Is told what training would not see of a folder.</param>
    public PreparedExperiment(ExperimentSpec experiment, DataFolder data, Action<string> warn)
    {
        (_data, _store, _warn) = (data, new DatasetStore(data.Datasets), warn);
        var known = new Dictionary<FolderSpec, (string? Fingerprint, string? Error)>();
        var kept = new Dictionary<string, (string? Source, string? Error)>();
        var (positions, sources) = (new List<int>(), new List<string?>());
        var unusable = new List<ReportedFailure>();
        var labels = RunLabels.Of(experiment.Runs);
        foreach (var (index, run) in experiment.Runs.Index())
        {
            if (run.Model is StyleTransferSpec { Content: var content } && OfContent(content).Error is { } unseen)
            {
                unusable.Add(new(index, labels[run], unseen));
                continue;
            }
            var (from, fault) = run.Bases.Select(below => SourceName.IndexOf(below.Run)).FirstOrDefault(place => place is { } before && !positions.Contains(before)) is { } lost
                ? (null, $"The run whose icons it enlarges, {labels[experiment.Runs[lost]]}, cannot be used.")
                : run.Training.From is not { } name ? (null, null)
                : SourceName.IndexOf(name) is { } place ? OfExperiment(place)
                : !SourceName.IsPath(name) ? (name, null)
                : kept.TryGetValue(name, out var before) ? before : kept[name] = Keep(name);
            if (fault is not null)
            {
                unusable.Add(new(index, labels[run], fault));
                continue;
            }
            if (run.Dataset is not FolderSpec folder)
            {
                Take(null);
                continue;
            }
            if (!known.TryGetValue(folder, out var outcome))
                known[folder] = outcome = Prepare(folder);
            if (outcome.Error is { } error)
            {
                unusable.Add(new(index, labels[run], error));
                continue;
            }
            Take(outcome.Fingerprint);

            void Take(string? fingerprint)
            {
                positions.Add(index);
                _fingerprints.Add(fingerprint);
                sources.Add(from);
            }
        }
        Positions = positions;
        Experiment = experiment with { Runs = [.. positions.Zip(sources, (position, source) => Settled(experiment.Runs[position], source).WithBases(Counted))] };
        Unusable = unusable;

        string Counted(string name) => SourceName.IndexOf(name) is { } place ? SourceName.OfRun(positions.IndexOf(place)) : name;

        (string? Fingerprint, string? Error) OfContent(DatasetSpec content) => _contents.TryGetValue(content, out var prepared) ? prepared : _contents[content] = Prepare(content);

        // A run that goes before; the silo counts those that can be used.
        (string?, string?) OfExperiment(int place) => positions.IndexOf(place) is >= 0 and var index ? (SourceName.OfRun(index), null)
            : (null, $"The run that it starts from, {labels[experiment.Runs[place]]}, cannot be used.");
    }

    /// <summary>The runs whose data sets can be used.</summary>
    public ExperimentSpec Experiment { get; }

    /// <summary>Where those stand in the file, from 0.</summary>
    public IReadOnlyList<int> Positions { get; }

    /// <summary>The others.</summary>
    public IReadOnlyList<ReportedFailure> Unusable { get; }

    /// <summary>Submits it to a silo on the same data folder, which has its data sets.</summary>
    public Task<ExperimentStatus> SubmitAsync(SiloClient silo, CancellationToken cancellation) =>
        silo.SubmitAsync(new() { Experiment = Experiment, Fingerprints = [.. _fingerprints] }, cancellation);

    private RunSpec Settled(RunSpec run, string? source) =>
        run with { Evaluation = _data.Settled(run.Evaluation), Training = run.Training with { From = source }, Model = Settled(run.Model) };

    private ModelSpec Settled(ModelSpec model) => _data.Settled(model) is StyleTransferSpec style ? style with { ContentFingerprint = _contents[style.Content].Fingerprint } : model;

    private (string? Source, string? Error) Keep(string file)
    {
        try
        {
            return (TransferSource.Keep(_data, file, TimeProvider.System), null);
        }
        catch (Exception exception) when (exception is ExperimentException or DatasetException or ConsentException)
        {
            return (null, exception.Message);
        }
    }

    private (string? Fingerprint, string? Error) Prepare(DatasetSpec icons)
    {
        try
        {
            var dataset = DatasetSource.Prepare(icons, TimeProvider.System, new InstalledPackages(_data.Packages), _warn);
            _store.Save(dataset);
            ConsentGate.Require(_data, dataset.Fingerprint, TimeProvider.System);
            return (dataset.Fingerprint, null);
        }
        catch (Exception exception) when (exception is DatasetException or ConsentException or ImageException { InnerException: not DllNotFoundException })
        {
            return (null, exception.Message);
        }
    }
}
