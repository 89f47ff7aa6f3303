using System.Text.Json;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Hosting;

/// <summary>
/// The right to be the silo of a data folder: <c>silo.lock</c>, held open so that the system gives it back however the process
/// ends, and <c>silo.json</c>, which tells clients on this machine where that silo is.
/// </summary>
public sealed class SiloLock : IDisposable
{
    private const int Attempts = 10;
    private readonly string _file;
    private readonly FileLock _handle;

    private SiloLock(string file, FileLock handle) => (_file, _handle) = (file, handle);

    /// <summary>Takes a folder, which is made where it is missing.</summary>
    /// <param name="sharer">This silo's name where several share the folder; each then has files of its own, <c>silo-NAME.lock</c>. Null: it is the only one.</param>
    /// <exception cref="SiloStartException">Another silo has it; or it cannot be written.</exception>
    public static SiloLock Take(string data, string? sharer)
    {
        var file = Path.Combine(data, sharer is null ? "silo" : $"silo-{sharer}");
        try
        {
            Directory.CreateDirectory(data);
            if (Open(file + LocalSilo.LockEnding) is { } handle)
            {
                File.Delete(file + LocalSilo.AddressEnding);
                return new(file, handle);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SiloStartException($"The data folder '{data}' cannot be used: {failure.Message} Wanted a folder that this user may write to.", failure);
        }
        var running = LocalSilo.Read(file + LocalSilo.AddressEnding);
        throw new SiloStartException(
            $"The data folder '{data}' belongs to the silo at {running?.Url ?? "(starting)"}{(running is null ? "" : $" (process {running.Pid})")}; stop that one or choose another folder.")
        { RunningUrl = running?.Url };
    }

    /// <summary>Tells clients where the silo is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Publish(SiloAddress address) =>
        AtomicFile.WriteAllText(_file + LocalSilo.AddressEnding, JsonSerializer.Serialize(address, SpecJson.Indented) + "\n");

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_file + LocalSilo.AddressEnding);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An address without a holder of the lock says nothing.
        }
        _handle.Dispose();
    }

    // Somebody who looks whether the lock is held holds it for a moment.
    private static FileLock? Open(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (FileLock.TryTake(path) is { } taken) return taken;
            if (attempt == Attempts) return null;
            Thread.Sleep(TimeSpan.FromMilliseconds(20));
        }
    }
}
