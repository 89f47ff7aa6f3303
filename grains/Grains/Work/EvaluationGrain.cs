using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>Scores one set of a run's icons.</summary>
[GrainType("evaluation")]
public sealed class EvaluationGrain(
    [PersistentState("evaluation")] IPersistentState<WorkMemory> state, IWorkService service, INodeInfo node, TimeProvider time,
    ILogger<EvaluationGrain> logger)
    : WorkGrain(WorkKind.Evaluation, state, service, node, time, logger);
