using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Experiments;

/// <summary>One cell of an experiment and the work of its present stage.</summary>
internal sealed class Cell(
    int index, RunSpec spec, string fingerprint, string label, MonitoringSpec monitoring, string deviceClass, CellMemory memory)
{
    public int Index => index;
    public RunSpec Spec => spec;
    public string Label => label;
    public string RunId { get; } = RunIdentity.Run(spec, fingerprint);
    public CellMemory Memory { get; set; } = memory;

    /// <summary>The cell whose weights its training starts from; null: there is none in this experiment.</summary>
    public Cell? Source { get; set; }

    /// <summary>Whether its training cannot begin before that of <see cref="Source"/> has ended.</summary>
    public bool WaitsForSource => Memory.Stage == CellState.Training && Source is { Memory.Training: null };

    /// <summary>The cells whose icons it enlarges, of a stage of a cascade.</summary>
    public IReadOnlyList<Cell> Bases { get; set; } = [];

    /// <summary>The first of <see cref="Bases"/> that is not trained yet, without which its own icons cannot be drawn; null: there is none.</summary>
    public Cell? WaitsForBase => Memory.Stage == CellState.Sampling ? Bases.FirstOrDefault(below => below.Memory.Training is null) : null;

    /// <summary>The batches of icons, while they are drawn.</summary>
    public IReadOnlyList<Batch> Batches { get; private set; } = [];

    /// <summary>What the present stage needs and what has not ended.</summary>
    public IReadOnlyList<CellWork> Open { get; set; } = [];

    /// <summary>Stands in one of the experiment's lines.</summary>
    public bool IsDue { get; set; }

    /// <summary>Once it is done and was needed.</summary>
    public RunResult? Result { get; set; }

    public CellWork Training() => Only(WorkKind.Training)
        ?? new(new TrainingWork { RunId = RunId, Run = spec, DatasetFingerprint = fingerprint, Monitoring = monitoring }, deviceClass);

    public CellWork Evaluation() => Only(WorkKind.Evaluation) ?? new(new EvaluationWork
    {
        RunId = RunId, Run = spec, DatasetFingerprint = fingerprint, Training = Memory.Training!, Sampling = Memory.Sampling!,
    }, deviceClass);

    /// <summary>Makes the batches: icons 0 … count − 1 in groups of the batch size.</summary>
    public void BeginSampling()
    {
        var (count, size) = (spec.Sampling.Count, spec.Sampling.BatchSize);
        Batches = [.. Enumerable.Range(0, (count + size - 1) / size).Select(b => new Batch(new()
        {
            RunId = RunId, Run = spec, DatasetFingerprint = fingerprint, First = b * size, Count = Math.Min(size, count - b * size),
        }, deviceClass))];
    }

    public void EndSampling() => Batches = [];

    /// <summary>Takes nothing for granted any more of what was asked for.</summary>
    public void Doubt()
    {
        foreach (var work in Open.Concat(Batches))
            work.IsPrepared = work.IsRequested = false;
        foreach (var batch in Batches)
            batch.IsAsked = false;
    }

    // What is open already, with what is known of it.
    private CellWork? Only(WorkKind kind) => Open is [{ } work] && work.Id.Kind == kind ? work : null;
}
