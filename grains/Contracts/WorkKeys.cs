using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Orleans;

namespace IconDiffusion.Grains;

/// <summary>Names a piece of work, which is also its grain's key. The device class is part of it, since placement has only the key.</summary>
public static class WorkKeys
{
    /// <summary>Work of this run on this class of device; see <see cref="DeviceClass"/>.</summary>
    public static string Of(WorkSpec work, string deviceClass) => work switch
    {
        TrainingWork => $"{work.RunId}@{deviceClass}",
        SampleWork batch => $"{work.RunId}/{RunIdentity.Samples(work.Run.Sampling.Sampler)}/{batch.First}-{batch.Count}@{deviceClass}",
        EvaluationWork => $"{work.RunId}/{RunIdentity.Result(work.Run)}@{deviceClass}",
        _ => throw new ArgumentException($"Work of type {work.GetType().Name} has no key.", nameof(work)),
    };

    /// <summary>The class of device behind the last @.</summary>
    public static string DeviceClassOf(string key) => key[(key.LastIndexOf('@') + 1)..];
}

/// <summary>Which grain keeps a piece of work.</summary>
[GenerateSerializer]
public enum WorkKind { Training, Samples, Evaluation }

/// <summary>A piece of work's identity in the cluster.</summary>
[GenerateSerializer, Immutable]
public readonly record struct WorkId([property: Id(0)] WorkKind Kind, [property: Id(1)] string Key)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Key}".ToLowerInvariant();
}
