using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>Makes the report of one set of an experiment's results.</summary>
[GrainType("report")]
public sealed class ReportGrain(
    [PersistentState("report")] IPersistentState<WorkMemory> state, IWorkService service, INodeInfo node, TimeProvider time,
    ILogger<ReportGrain> logger)
    : WorkGrain(WorkKind.Report, state, service, node, time, logger);
