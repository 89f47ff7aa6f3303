using System.Text.Json;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

public sealed class ApiSubsetTests
{
    // Grains may use these and no others, so that they compile against Orleans 10 unchanged.
    private static readonly string[] Subset =
    [
        "Orleans.AliasAttribute", "Orleans.Concurrency.AlwaysInterleaveAttribute", "Orleans.Concurrency.OneWayAttribute",
        "Orleans.Concurrency.ReadOnlyAttribute", "Orleans.Concurrency.ReentrantAttribute", "Orleans.Core.IStorage",
        "Orleans.Core.IStorage`1", "Orleans.DeactivationReason", "Orleans.DeactivationReasonCode",
        "Orleans.GenerateSerializerAttribute", "Orleans.Grain", "Orleans.GrainBaseExtensions", "Orleans.GrainExtensions",
        "Orleans.GrainReminderExtensions", "Orleans.IClusterClient", "Orleans.IGrain", "Orleans.IGrainBase",
        "Orleans.IGrainFactory", "Orleans.IGrainWithStringKey", "Orleans.IRemindable", "Orleans.IdAttribute",
        "Orleans.ImmutableAttribute", "Orleans.KeepAliveAttribute", "Orleans.Placement.PlacementAttribute",
        "Orleans.ResponseTimeoutAttribute", "Orleans.Runtime.EnumerationAbortedException", "Orleans.Runtime.GrainId",
        "Orleans.Runtime.GrainTimerCreationOptions", "Orleans.Runtime.GrainType", "Orleans.Runtime.IAddressable",
        "Orleans.Runtime.IGrainContext", "Orleans.Runtime.IGrainReminder", "Orleans.Runtime.IGrainTimer",
        "Orleans.Runtime.IPersistentState`1", "Orleans.Runtime.IdSpan", "Orleans.Runtime.OrleansException",
        "Orleans.Runtime.PersistentStateAttribute", "Orleans.Runtime.PlacementStrategy", "Orleans.Runtime.RequestContext",
        "Orleans.Runtime.TickStatus", "Orleans.Serialization.CodecNotFoundException", "Orleans.Storage.InconsistentStateException",
    ];

    [Fact]
    public void ReDeclaredTypes_AreExactlyTheSubset() => Assert.Equal(Subset.Order(StringComparer.Ordinal),
        typeof(IGrain).Assembly.GetExportedTypes().Select(type => type.FullName!)
            .Where(name => name.StartsWith("Orleans.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Fact]
    public void TheAssembly_IsNotCalledOrleans() =>
        Assert.Equal("IconDiffusion.EmbeddedActors", typeof(IGrain).Assembly.GetName().Name);

    [Fact]
    public void GrainId_IsReadAsItIsWritten()
    {
        var id = GrainId.Create("run", "a/b@gpu");
        Assert.Equal(id, GrainId.Parse(id.ToString()));
        Assert.Equal(id, JsonSerializer.Deserialize<GrainId>(JsonSerializer.Serialize(id)));
        var map = new Dictionary<GrainId, int> { [id] = 1 };
        Assert.Equal(map, JsonSerializer.Deserialize<Dictionary<GrainId, int>>(JsonSerializer.Serialize(map)));
        Assert.Equal(("run", "a/b@gpu"), (id.Type.ToString(), id.Key.ToString()));
        Assert.True(id != GrainId.Create("run", "A/b@gpu"));
        Assert.Throws<ArgumentException>(() => GrainId.Parse("nothing"));
    }
}
