using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>Draws icons or a film of a trained run for somebody who asks.</summary>
[GrainType("drawing")]
public sealed class DrawingGrain(
    [PersistentState("drawing")] IPersistentState<WorkMemory> state, IWorkService service, INodeInfo node, TimeProvider time,
    ILogger<DrawingGrain> logger)
    : WorkGrain(WorkKind.Drawing, state, service, node, time, logger);
