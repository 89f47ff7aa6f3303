using System.Net;
using IconDiffusion.Silo.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using SiloAddress = Orleans.Runtime.SiloAddress;

namespace IconDiffusion.Silo.Cluster;

/// <summary>
/// Who this silo is among the members of its cluster. Orleans tells the lives of one address apart by a generation, the seconds on its machine's clock at the start, and takes
/// the one with the lower number for dead: a silo whose clock was ahead and was set right would not be let in until it has caught up. Here the generation comes from the
/// database, by its clock and above all that the address had before.
/// </summary>
internal sealed class ClusterMember(SiloIdentity identity, IOptions<Orleans.Configuration.SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoint) : ILocalSiloDetails
{
    /// <inheritdoc/>
    public string Name => silo.Value.SiloName;

    /// <inheritdoc/>
    public string ClusterId => cluster.Value.ClusterId;

    /// <inheritdoc/>
    public string DnsHostName { get; } = Dns.GetHostName();

    /// <inheritdoc/>
    public SiloAddress SiloAddress { get; } = SiloAddress.New(endpoint.Value.AdvertisedIPAddress, endpoint.Value.SiloPort, identity.Generation);

    /// <summary>None: nobody calls grains from outside but through the API.</summary>
    public SiloAddress GatewayAddress => null!;
}
