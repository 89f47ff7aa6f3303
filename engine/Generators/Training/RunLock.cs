using IconDiffusion.Generators.Runs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Generators.Training;

/// <summary>The right to write one run's folder.</summary>
public sealed class RunLock : IDisposable
{
    private readonly FileLock _handle;

    private RunLock(RunFolder folder, FileLock handle) => (Folder, _handle) = (folder, handle);

    /// <summary>The folder that the holder may write.</summary>
    public RunFolder Folder { get; }

    /// <summary>For folders that processes share which do not see each other's locks; null: the lock is enough.</summary>
    public AttemptFence? Fence { get; private init; }

    /// <summary>To be called before anything is written that later attempts build on.</summary>
    /// <exception cref="SupersededException">Somebody else writes there by now.</exception>
    /// <exception cref="IOException">The folder is gone.</exception>
    public void Verify() => Fence?.Verify();

    /// <summary>Takes the folder, which is created if it is missing.</summary>
    /// <param name="fence">See <see cref="Fence"/>.</param>
    /// <exception cref="TrainingException">Another process is writing there; the message names it.</exception>
    public static RunLock Take(RunFolder folder, AttemptFence? fence = null)
    {
        Directory.CreateDirectory(folder.Path);
        var handle = FileLock.TryTake(folder.LockFile) ?? throw new TrainingException($"'{folder.Path}' is being written by {Owner(folder)}; a run has one writer at a time.");

        // A file of its own: nobody else can read a file that is open without sharing.
        AtomicFile.WriteAllText(
            folder.OwnerFile,
            $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss}Z");
        return new RunLock(folder, handle) { Fence = fence };
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose() => _handle.Dispose();

    private static string Owner(RunFolder folder) =>
        File.Exists(folder.OwnerFile) ? File.ReadAllText(folder.OwnerFile) : "another process";
}
