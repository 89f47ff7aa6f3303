using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>Makes references, for grains and for everyone else.</summary>
internal sealed class GrainClient(ActorRuntime runtime) : IClusterClient
{
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        var grainClass = runtime.Catalog.Resolve(typeof(TGrainInterface), grainClassNamePrefix);
        return GetGrain<TGrainInterface>(GrainId.Create(grainClass.Type, primaryKey));
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable =>
        (TGrainInterface)GrainReference.Create(runtime, grainId, typeof(TGrainInterface));
}
