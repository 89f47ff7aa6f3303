using IconDiffusion.Generators.Training;
using IconDiffusion.Grains;

namespace IconDiffusion.Silo.Work;

/// <summary>Brings a run's files to where an attempt works, and its outcome to where others find it.</summary>
internal interface IRunTransfer
{
    /// <summary>The number of the newest attempt at the work that any silo has noted; 0: none has.</summary>
    /// <param name="note">Where this silo notes it.</param>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    Task<int> NewestAsync(string note, string work, CancellationToken cancellation);

    /// <summary>Brings what the work needs into the run's folder. Called on the device's thread before it begins.</summary>
    /// <exception cref="SupersededException">A newer attempt has begun.</exception>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    void Fetch(WorkOrder order, CancellationToken cancellation);

    /// <summary>Brings one file here that the work turns out to need, if it is anywhere. Called on the device's thread.</summary>
    /// <param name="path">Where it would be.</param>
    /// <inheritdoc cref="Fetch(WorkOrder, CancellationToken)"/>
    void Fetch(string path, CancellationToken cancellation);

    /// <summary>A checkpoint is there; brings it away in the background. Never waits and never throws.</summary>
    void Checkpointed(WorkOrder order, Action<string> warn);

    /// <summary>Brings all there is to bring away, and waits for it. Called when the work has ended or has stopped.</summary>
    /// <inheritdoc cref="Fetch"/>
    void Publish(WorkOrder order, CancellationToken cancellation);

    /// <summary>Something has happened to the work; brings its events to where others read them, and never throws: no work ends for want of its log.</summary>
    void Told(WorkOrder order);
}

/// <summary>All silos work in the same data folder, or there is only one: nothing needs to be brought anywhere.</summary>
internal sealed class NoTransfer : IRunTransfer
{
    public Task<int> NewestAsync(string note, string work, CancellationToken cancellation) => Task.FromResult(AttemptFence.Newest(note, work));

    public void Fetch(WorkOrder order, CancellationToken cancellation) { }

    public void Fetch(string path, CancellationToken cancellation) { }

    public void Checkpointed(WorkOrder order, Action<string> warn) { }

    public void Publish(WorkOrder order, CancellationToken cancellation) { }

    public void Told(WorkOrder order) { }
}
