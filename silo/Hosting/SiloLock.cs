using System.Text.Json;
using IconDiffusion.Engine.Files;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Hosting;

/// <summary>
/// The right to be the silo of a data folder: <c>silo.lock</c>, held open so that the system gives it back however the process
/// ends, and <c>silo.json</c>, which tells clients on this machine where that silo is.
/// </summary>
public sealed class SiloLock : IDisposable
{
    private const int Attempts = 10;
    private readonly string _data;
    private readonly FileStream _handle;

    private SiloLock(string data, FileStream handle) => (_data, _handle) = (data, handle);

    /// <summary>Takes a folder, which is made where it is missing.</summary>
    /// <exception cref="SiloStartException">Another silo has it; or it cannot be written.</exception>
    public static SiloLock Take(string data)
    {
        try
        {
            Directory.CreateDirectory(data);
            var handle = Open(data);
            File.Delete(AddressFile(data));
            return new(data, handle);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (failure is UnauthorizedAccessException || !IsHeld(data))
                throw new SiloStartException($"The data folder '{data}' cannot be used: {failure.Message} Wanted a folder that this user may write to.", failure);
            var running = Read(data);
            throw new SiloStartException(
                $"The data folder '{data}' belongs to the silo at {running?.Url ?? "(starting)"}{(running is null ? "" : $" (process {running.Pid})")}; stop that one or choose another folder.", failure)
            { RunningUrl = running?.Url };
        }
    }

    /// <summary>Where the living silo of a folder is; null: there is none.</summary>
    public static SiloAddress? Find(string data) => IsHeld(data) ? Read(data) : null;

    /// <summary>Tells clients where the silo is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Publish(SiloAddress address) =>
        AtomicFile.WriteAllText(AddressFile(_data), JsonSerializer.Serialize(address, SpecJson.Indented) + "\n");

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(AddressFile(_data));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An address without a holder of the lock says nothing.
        }
        _handle.Dispose();
    }

    private static string AddressFile(string data) => Path.Combine(data, "silo.json");

    private static string LockFile(string data) => Path.Combine(data, "silo.lock");

    // Somebody who looks whether the lock is held holds it for a moment.
    private static FileStream Open(string data)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(LockFile(data), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < Attempts && File.Exists(LockFile(data)))
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    private static bool IsHeld(string data)
    {
        try
        {
            using var probe = new FileStream(LockFile(data), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static SiloAddress? Read(string data)
    {
        try
        {
            return JsonSerializer.Deserialize<SiloAddress>(File.ReadAllText(AddressFile(data)), SpecJson.Compact);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
