using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Cluster;

/// <summary>
/// What the silo of a data folder leaves there for clients on its machine: <c>silo.json</c> says where it is as long as <c>silo.lock</c> is
/// held open, and <c>token</c> opens its API. Silos that share a folder have files of their own, <c>silo-NAME.lock</c>.
/// </summary>
internal static class LocalSilo
{
    public const string LockEnding = ".lock";
    public const string AddressEnding = ".json";

    /// <summary>Where the token of a data folder is.</summary>
    public static string TokenFile(string data) => Path.Combine(data, "token");

    /// <summary>Where the living silo of a folder is on this machine; null: there is none.</summary>
    public static SiloAddress? Find(string data) => !Directory.Exists(data) ? null : Directory
        .EnumerateFiles(data, "silo*" + LockEnding).Where(FileLock.IsHeld)
        .Select(held => Read(Path.ChangeExtension(held, AddressEnding)))
        .FirstOrDefault(address => address?.Machine == Environment.MachineName);

    /// <summary>Reads an address; null: there is none, or it is damaged.</summary>
    public static SiloAddress? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<SiloAddress>(File.ReadAllText(path), SpecJson.Compact);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
