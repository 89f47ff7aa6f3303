using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>Draws one batch of a run's icons.</summary>
[GrainType("samplebatch")]
public sealed class SampleBatchGrain(
    [PersistentState("sample-batch")] IPersistentState<WorkMemory> state, IWorkService service, INodeInfo node, TimeProvider time,
    ILogger<SampleBatchGrain> logger)
    : WorkGrain(WorkKind.Samples, state, service, node, time, logger);
