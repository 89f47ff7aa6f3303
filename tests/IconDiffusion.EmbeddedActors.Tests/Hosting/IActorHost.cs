using Orleans;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>
/// All that the conformance tests ask of a runtime. They and their grains know nothing else but the API subset, so that the
/// same tests can run on a cluster.
/// </summary>
public interface IActorHost : IAsyncDisposable
{
    IGrainFactory Grains { get; }

    /// <summary>Where grains and tests meet.</summary>
    Signals Signals { get; }

    /// <summary>Everything logged so far, exceptions included.</summary>
    IReadOnlyCollection<string> Log { get; }

    /// <summary>Whether the age of idle grains, queued calls and waiting streams is told by the clock that <see cref="Advance"/> moves.</summary>
    bool AgesByItsClock { get; }

    /// <summary>Moves the runtime's clock on.</summary>
    void Advance(TimeSpan time);

    /// <summary>Ends this process's part in good order and begins anew over the same database.</summary>
    Task RestartAsync();
}
