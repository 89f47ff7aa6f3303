using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>Trains one run.</summary>
public sealed class TrainingRunGrain(
    [PersistentState("training-run")] IPersistentState<WorkMemory> state, IWorkService service, INodeInfo node, TimeProvider time,
    ILogger<TrainingRunGrain> logger)
    : WorkGrain(WorkKind.Training, state, service, node, time, logger), ITrainingRunGrain;
