using IconDiffusion.Grains;
using IconDiffusion.Grains.Work;
using IconDiffusion.Specs.Cluster;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;
using Address = Orleans.Runtime.SiloAddress;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// Places work grains: on the silo that the scheduler names with the lease; without a lease, where a question or the work's
/// preparation awakens the grain, on a silo that has such devices, so that it is likely to stay there. If none has them the
/// grain still has to answer, and any silo will do.
/// </summary>
internal sealed class WorkPlacementDirector(ISiloStatusOracle cluster, ISiloMetadataCache metadata) : IPlacementDirector
{
    /// <summary>Key of a silo's metadata: the classes of its devices, with commas.</summary>
    public const string DeviceClasses = "icon.device-classes";

    /// <exception cref="OrleansException">The named silo is not there; the scheduler gives the work another lease.</exception>
    public Task<Address> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (target.RequestContextData?.GetValueOrDefault(PlacementHint.Silo) is string name)
            return Task.FromResult(Named(name, silos));
        var kind = WorkKeys.DeviceClassOf(target.GrainIdentity.Key.ToString()!);
        var fit = Array.FindAll(silos, silo => Classes(silo).Any(offered => DeviceClass.Matches(kind, offered)));
        var choice = fit.Length > 0 ? fit : silos;
        return Task.FromResult(choice[Random.Shared.Next(choice.Length)]);
    }

    // A silo that was killed and started again has two lives until the first is declared dead; the last one is meant.
    private Address Named(string name, Address[] silos) =>
        silos.Where(silo => cluster.TryGetSiloName(silo, out var found) && found == name).MaxBy(silo => silo.Generation)
        ?? throw new OrleansException($"Silo '{name}' is not in the cluster, which has {silos.Length} that could take the grain.");

    private string[] Classes(Address silo) => metadata.GetSiloMetadata(silo).Metadata.GetValueOrDefault(DeviceClasses)?.Split(',') ?? [];
}
