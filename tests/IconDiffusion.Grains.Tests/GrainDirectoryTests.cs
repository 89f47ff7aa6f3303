using System.Net;
using IconDiffusion.Silo.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans;
using Orleans.GrainDirectory;
using Orleans.Hosting;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Tests;

/// <summary>A silo that was cut off for a while knows none of those that came meanwhile, and must not take them for dead.</summary>
public sealed class GrainDirectoryTests() : ClusterTest(shuffled: false, onPostgres: false)
{
    private static readonly SiloAddress Stranger = SiloAddress.New(IPAddress.Loopback, 9, 1);
    private readonly GrainAddress _entry = new() { GrainId = GrainId.Create("experiment", "met"), ActivationId = ActivationId.NewId(), SiloAddress = Stranger };

    private IClusterMembershipService Members => Cluster.Services.GetRequiredService<IClusterMembershipService>();

    [Fact]
    public async Task TheSiloOfAGrain_IsKnown_BeforeAnybodyHearsOfIt()
    {
        await JoinAsync();

        Assert.Equal(_entry, await new KnownSilosDirectory(new Entries { _entry }, Members).Lookup(_entry.GrainId));

        Assert.Equal(SiloStatus.Active, Members.CurrentSnapshot.GetSiloStatus(Stranger));
    }

    [Fact]
    public async Task TheSiloOfAGrain_IsKnown_BeforeAnybodyTakesItsPlace()
    {
        await JoinAsync();
        var own = new GrainAddress { GrainId = _entry.GrainId, ActivationId = ActivationId.NewId(), SiloAddress = Cluster.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress };

        Assert.Equal(_entry, await new KnownSilosDirectory(new Entries { _entry }, Members).Register(own, previousAddress: null));

        Assert.Equal(SiloStatus.Active, Members.CurrentSnapshot.GetSiloStatus(Stranger));
    }

    // Orleans' test cluster has a directory of its own.
    [Fact]
    public void ItIsTheDirectory_OfASiloOnPostgres()
    {
        var host = Host.CreateApplicationBuilder();
        host.Services.AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1"));
        host.UseOrleans(silo => SiloRuntime.AddStorage(silo.UseLocalhostClustering()));

        using var built = host.Build();

        Assert.IsType<KnownSilosDirectory>(built.Services.GetRequiredKeyedService<IGrainDirectory>(GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY));
    }

    // Without telling the others, as one does whose messages are lost.
    private async Task JoinAsync()
    {
        var table = Cluster.Services.GetRequiredService<IMembershipTable>();
        var now = DateTime.UtcNow;
        var row = new MembershipEntry { SiloAddress = Stranger, SiloName = "stranger", HostName = "localhost", Status = SiloStatus.Active, StartTime = now, IAmAliveTime = now };
        Assert.True(await table.InsertRowAsync(row, (await table.ReadAllAsync(default)).Version.Next(), default));
    }

    // Keeps what is there, as the database does.
    private sealed class Entries : List<GrainAddress>, IGrainDirectory
    {
        public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult(Find(entry => entry.GrainId == grainId));

        public Task<GrainAddress?> Register(GrainAddress address)
        {
            if (!Exists(entry => entry.GrainId == address.GrainId)) Add(address);
            return Lookup(address.GrainId);
        }

        public Task Unregister(GrainAddress address) => Task.FromResult(RemoveAll(entry => entry.ActivationId == address.ActivationId));

        public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.FromResult(RemoveAll(entry => siloAddresses.Contains(entry.SiloAddress!)));
    }
}
