using IconDiffusion.Generators.Training;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>What a stage works with.</summary>
public sealed record WorkContext
{
    /// <summary>Where runs live.</summary>
    public required DataFolder Data { get; init; }

    /// <summary>Where tensors live.</summary>
    public required Workbench Bench { get; init; }

    /// <summary>Keeps older attempts from writing; null: there is only this process.</summary>
    public AttemptFence? Fence { get; init; }

    /// <summary>How long to wait for another writer of the run to end.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Brings a file here that is not, if another silo has left it anywhere; given where it would be.</summary>
    public Action<string> Fetch { get; init; } = _ => { };

    /// <summary>Told how far the work is, on its own thread.</summary>
    public required Action<WorkProgress> Report { get; init; }

    /// <summary>Receives sentences about what went wrong without ending the work.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The folder of a run.</summary>
    public RunFolder Folder(RunWork work) => new(Data.Run(work.RunId));
}
