using Orleans.Placement;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Work;

/// <summary>Places a grain where its work is to be done. One process has no choice; on a cluster a director heeds it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WorkPlacementAttribute() : PlacementAttribute(new WorkPlacement());

/// <summary>On the silo that <see cref="PlacementHint"/> names, else on one with a device of the key's class, see <see cref="WorkKeys"/>.</summary>
public sealed class WorkPlacement : PlacementStrategy;
