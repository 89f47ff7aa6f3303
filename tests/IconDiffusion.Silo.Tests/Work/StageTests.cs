using IconDiffusion.Silo.Work;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Tests.Work;

public sealed class StageTests
{
    [Fact]
    public void EveryKindOfWork_HasAStage() => Assert.Equal(WorkKind.All.ToHashSet(), Stage.All.Keys.ToHashSet());
}
