using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>The calls that leave and reach the grains of one silo; while it is cut, every one of them is lost. Orleans' own probes pass.</summary>
internal sealed class Wire : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    private volatile bool _isCut;

    public bool IsCut
    {
        get => _isCut;
        set => _isCut = value;
    }

    public Task Invoke(IOutgoingGrainCallContext context) => PassAsync(context);

    public Task Invoke(IIncomingGrainCallContext context) => PassAsync(context);

    private async Task PassAsync(IGrainCallContext context)
    {
        ThrowIfCut(context.TargetId);
        await context.Invoke();
        ThrowIfCut(context.TargetId);   // The answer is lost too, though the call was carried out.
    }

    // At once: nobody waits for the time that Orleans would wait.
    private void ThrowIfCut(GrainId target)
    {
        if (IsCut && !target.IsSystemTarget())
            throw new TimeoutException("The wire is cut.");
    }
}
