using System.Collections.Immutable;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>Something that a grain shall do in turns of its own: a call, a step of a stream, a tick of a timer.</summary>
internal abstract class Request(GrainId target)
{
    public GrainId Target { get; } = target;

    /// <summary>The activation that took this request in.</summary>
    public Activation? Activation { get; set; }

    /// <summary>The caller's <see cref="RequestContext"/>.</summary>
    public ImmutableDictionary<string, object>? Context { get; protected set; }

    /// <summary>May run beside others of its kind.</summary>
    public virtual bool IsReadOnly => false;

    /// <summary>May run beside anything.</summary>
    public virtual bool Interleaves => false;

    /// <summary>Counts against idleness.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>Concerns this activation only, not the grain's next life.</summary>
    public virtual bool IsLocal => false;

    /// <summary>Runs on the grain's scheduler; tells the activation when it has ended.</summary>
    public void Start() => _ = RunToEndAsync();

    /// <summary>The request cannot be run.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Does the work and answers. Never throws.</summary>
    protected abstract Task RunAsync();

    private async Task RunToEndAsync()
    {
        RequestContext.Current = Context;
        try
        {
            await RunAsync();
        }
        finally
        {
            Activation!.Complete(this);
        }
    }
}
