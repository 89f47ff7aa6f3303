using Microsoft.Extensions.DependencyInjection;
using Orleans.GrainDirectory;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// A grain directory that gives no address of a silo before the members have been read again where that silo is not among those known here. Orleans takes a silo that it does not
/// know for a dead one and removes the entry; a silo that was cut off for a while does not know those that came meanwhile, and their grains would live a second time elsewhere,
/// while the first activations go on and are found by whoever knows them.
/// </summary>
internal sealed class KnownSilosDirectory(IGrainDirectory directory, IClusterMembershipService members) : IGrainDirectory
{
    /// <summary>Puts it before the silo's default directory.</summary>
    public static void Add(ISiloBuilder silo)
    {
        const string name = GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY;
        var own = silo.Services.Last(service => service.ServiceType == typeof(IGrainDirectory) && Equals(service.ServiceKey, name));
        silo.Services.Remove(own);
        silo.Services.AddKeyedSingleton<IGrainDirectory>(name, (services, key) => new KnownSilosDirectory(
            (IGrainDirectory)own.KeyedImplementationFactory!(services, key), services.GetRequiredService<IClusterMembershipService>()));
    }

    /// <inheritdoc/>
    public async Task<GrainAddress?> Lookup(GrainId grainId) => await KnownAsync(await directory.Lookup(grainId));

    /// <inheritdoc/>
    public async Task<GrainAddress?> Register(GrainAddress address) => await KnownAsync(await directory.Register(address));

    /// <inheritdoc/>
    public async Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => await KnownAsync(await directory.Register(address, previousAddress));

    /// <inheritdoc/>
    public Task Unregister(GrainAddress address) => directory.Unregister(address);

    /// <inheritdoc/>
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => directory.UnregisterSilos(siloAddresses);

    private async Task<GrainAddress?> KnownAsync(GrainAddress? address)
    {
        if (address?.SiloAddress is { } silo && !members.CurrentSnapshot.Members.ContainsKey(silo))
            await members.Refresh();
        return address;
    }
}
