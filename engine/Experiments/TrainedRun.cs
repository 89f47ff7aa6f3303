using System.Text.Json;
using IconDiffusion.Engine.Training;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Experiments;

/// <summary>A run in the data folder whose training has ended.</summary>
public sealed class TrainedRun
{
    private readonly RunFolder _folder;

    private TrainedRun(string id, RunSpec spec, RunFolder folder) => (Id, Spec, _folder) = (id, spec, folder);

    /// <summary>See <see cref="RunIdentity.Run"/>.</summary>
    public string Id { get; }

    public RunSpec Spec { get; }

    /// <summary>Where <see cref="Draw"/> puts the icons.</summary>
    public string SamplesFolder => _folder.Samples(Spec.Sampling.Sampler);

    /// <summary>Looks a run up by the first characters of its id.</summary>
    /// <exception cref="ExperimentException">None or several begin so, or the run is not trained.</exception>
    public static TrainedRun Find(DataFolder data, string prefix)
    {
        string[] ids = Directory.Exists(data.Runs)
            ? [.. Directory.EnumerateDirectories(data.Runs).Select(path => Path.GetFileName(path)).Order()]
            : [];
        string[] matches = [.. ids.Where(id => id.StartsWith(prefix, StringComparison.Ordinal))];
        if (prefix.Length == 0 || matches.Length != 1)
            throw new ExperimentException(matches.Length > 1 && prefix.Length > 0
                ? $"'{prefix}' begins several runs: {string.Join(", ", matches)}; wanted more digits."
                : $"No run '{prefix}' in '{data.Runs}'; there {(ids.Length == 1 ? "is" : "are")} {(ids.Length == 0 ? "none" : string.Join(", ", ids))}.");
        var folder = new RunFolder(data.Run(matches[0]));
        if (!File.Exists(folder.WeightsFile))
            throw new ExperimentException($"The run {matches[0]} is not trained to its end; 'icon run' with its experiment file goes on.");
        var spec = JsonSerializer.Deserialize<RunSpec>(File.ReadAllText(folder.SpecFile), SpecJson.Indented)!;
        return new(matches[0], spec, folder);
    }

    /// <summary>Draws icons until there are <paramref name="count"/> or the run's budget is used up; returns how many there are.</summary>
    /// <param name="report">(batches done, in fractions, and batches in all), about once per model call.</param>
    public int Draw(int count, ComputeDevice device, Action<double, double> report, CancellationToken cancellation)
    {
        using var run = RunLock.Take(_folder);
        using var icons = Methods.Of(Spec.Model).Open(_folder, Spec, device.Device);
        var start = TimeProvider.System.GetTimestamp();
        return new IconWriter(_folder, Spec.Sampling, icons).Draw(0, count, report, Likely, cancellation);

        // The next batch is started only if it is likely to end within the budget.
        bool Likely(int done)
        {
            var worked = TimeProvider.System.GetElapsedTime(start);
            return worked + worked / done <= Spec.Sampling.Budget;
        }
    }
}
