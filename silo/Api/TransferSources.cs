using IconDiffusion.Data;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Api;

/// <summary>The weights that the runs of a submission start from: found, looked at, and left where other silos find them, before anything is taken on.</summary>
/// <param name="shared">Where other silos leave their runs and look for this one's; null: nowhere.</param>
internal sealed class TransferSources(SiloOptions options, TimeProvider time, IArtifactStore? shared = null)
{
    private readonly DataFolder _data = new(options.Data);

    /// <summary>What each run starts from by its whole name; null: all start from random weights.</summary>
    /// <param name="fingerprints">Of the runs' data sets, in their order.</param>
    /// <exception cref="ExperimentException">Weights are not there, or a run cannot start from them: another size, another tensor.</exception>
    /// <exception cref="ConsentException">A consent that weights rest on has ended.</exception>
    /// <exception cref="DatasetException">A data set or a consent is damaged.</exception>
    public async Task<EquatableList<string?>?> SettleAsync(EquatableList<RunSpec> runs, IReadOnlyList<string?> fingerprints, CancellationToken cancellationToken)
    {
        if (runs.All(run => run.Training.From is null)) return null;
        var settled = new string?[runs.Count];
        var opened = new Dictionary<string, TransferSource>();
        var looked = new HashSet<(string, ModelSpec, int, int?)>();
        foreach (var (i, run) in runs.Index())
        {
            if (run.Training.From is not { } from) continue;
            if (SourceName.IndexOf(from) is { } index)
            {
                settled[i] = RunIdentity.Run(runs[index], fingerprints[index]!);
                continue;
            }
            await FetchAsync(from, cancellationToken);
            var name = settled[i] = TransferSource.Settled(_data, from);
            if (!opened.TryGetValue(name, out var source))
            {
                opened[name] = source = await Task.Run(() => TransferSource.Open(_data, name, time), cancellationToken);
                await ShareAsync(name, cancellationToken);
            }
            var tags = run.Model.IsToldTags ? new DatasetStore(_data.Datasets).Load(fingerprints[i]!).Tags?.Names.Count : null;
            if (looked.Add((name, run.Model, run.Dataset.ImageSize, tags)))
                await Task.Run(() => source.Check(run, tags), cancellationToken);
        }
        return [.. settled];
    }

    // A run that only other silos have, by its whole id, or a file that only they have.
    private async Task FetchAsync(string from, CancellationToken cancellationToken)
    {
        if (shared is null || (!SourceName.IsHash(from) && from.Length != RunIdentity.RunLength)) return;
        foreach (var path in TransferSource.Needs(_data, from))
            if (!File.Exists(path)) await shared.GetAsync(_data.KeyOf(path), path, cancellationToken);
    }

    private async Task ShareAsync(string name, CancellationToken cancellationToken)
    {
        if (shared is null) return;
        foreach (var path in TransferSource.Needs(_data, name))
            if (File.Exists(path) && !await shared.ExistsAsync(_data.KeyOf(path), cancellationToken)) await shared.PutAsync(_data.KeyOf(path), path, cancellationToken);
    }
}
