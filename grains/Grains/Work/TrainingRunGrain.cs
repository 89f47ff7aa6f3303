using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>Trains one run.</summary>
[GrainType("trainingrun")]
public sealed class TrainingRunGrain(
    [PersistentState("training-run")] IPersistentState<WorkMemory> state, IWorkService service, INodeInfo node, TimeProvider time,
    ILogger<TrainingRunGrain> logger)
    : WorkGrain(WorkKind.Training, state, service, node, time, logger);
