using System.Diagnostics.CodeAnalysis;
using IconDiffusion.EmbeddedActors;
using Orleans.Runtime;

namespace Orleans;

/// <summary>Marks an interface whose calls reach a grain.</summary>
public interface IGrain : IAddressable;

/// <summary>Marks the interface of grains that are named by a string.</summary>
public interface IGrainWithStringKey : IGrain;

/// <summary>Makes references to grains; a grain comes to life with the first call to it.</summary>
public interface IGrainFactory
{
    /// <summary>The grain of this interface and key.</summary>
    /// <param name="primaryKey">The grain's name, not blank.</param>
    /// <param name="grainClassNamePrefix">How the class's full name begins, where several implement the interface.</param>
    /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;

    /// <summary>The grain of this identity, seen through this interface.</summary>
    TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable;
}

/// <summary>Reaches grains from outside of any grain.</summary>
public interface IClusterClient : IGrainFactory;

/// <summary>A grain that reminders may call.</summary>
public interface IRemindable : IGrain
{
    /// <summary>One tick of the reminder of this name.</summary>
    Task ReceiveReminder(string reminderName, TickStatus status);
}

/// <summary>What every grain class implements, by deriving from <see cref="Grain"/> or by itself.</summary>
public interface IGrainBase
{
    /// <summary>The activation this instance belongs to.</summary>
    IGrainContext GrainContext { get; }

    /// <summary>Runs once, after the persistent states were read and before the first call.</summary>
    Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>Runs once, after the last call. Not when the process dies.</summary>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
}

/// <summary>The usual base class of a grain.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Takes the activation that is being made; there is none outside of a runtime.</summary>
    protected Grain() => GrainContext = Activation.BeingConstructed;

    /// <summary>The activation this instance belongs to; null in an instance that no runtime made.</summary>
    [AllowNull]
    public IGrainContext GrainContext { get; }

    /// <summary>Reaches other grains.</summary>
    protected IGrainFactory GrainFactory => Embedded.Runtime.Client;

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => Embedded.ActivationServices;

    /// <summary>Type and key of this grain.</summary>
    public string IdentityString => Embedded.GrainId.ToString();

    /// <summary>Names the runtime this grain runs in; for logs.</summary>
    public string RuntimeIdentity => Embedded.Runtime.Identity;

    private Activation Embedded => GrainContext as Activation
        ?? throw new InvalidOperationException($"{GetType().Name} was not made by an actor runtime; reach grains through IGrainFactory.");

    /// <summary>Deactivates this grain once no call runs.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>
    /// Keeps this grain from being collected for so long. Zero takes an earlier delay back;
    /// <see cref="Timeout.InfiniteTimeSpan"/> means for ever.
    /// </summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Embedded.DelayDeactivation(timeSpan);

#pragma warning disable CA1725 // Orleans names these parameters differently in the interface and in the class.
    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Why a grain is deactivated.</summary>
public readonly struct DeactivationReason
{
    /// <summary>A reason without an exception.</summary>
    public DeactivationReason(DeactivationReasonCode code, string text) : this(code, null, text) { }

    /// <summary>A reason with the exception behind it.</summary>
    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Description = text;
        Exception = exception;
    }

    /// <summary>The kind of reason.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>The reason in words.</summary>
    public string Description { get; }

    /// <summary>What went wrong, if anything did.</summary>
    public Exception? Exception { get; }

    /// <inheritdoc/>
    public override string ToString() => Exception is null
        ? $"{ReasonCode}: {Description}"
        : $"{ReasonCode}: {Description}. Exception: {Exception}";
}

/// <summary>Kinds of reasons to deactivate a grain. The embedded runtime gives those marked with a star.</summary>
[GenerateSerializer]
public enum DeactivationReasonCode : byte
{
    /// <summary>None was given.</summary>
    None,
    /// <summary>The process is stopping. *</summary>
    ShuttingDown,
    /// <summary>The grain could not be activated. *</summary>
    ActivationFailed,
    /// <summary>The directory of grains failed.</summary>
    DirectoryFailure,
    /// <summary>The grain was idle for long enough. *</summary>
    ActivationIdle,
    /// <summary>The grain does not answer.</summary>
    ActivationUnresponsive,
    /// <summary>The grain is active elsewhere.</summary>
    DuplicateActivation,
    /// <summary>A call came that this version cannot serve.</summary>
    IncompatibleRequest,
    /// <summary>A call failed in a way that makes the grain's memory worthless. *</summary>
    ApplicationError,
    /// <summary>The grain asked for it. *</summary>
    ApplicationRequested,
    /// <summary>The grain moves elsewhere.</summary>
    Migrating,
    /// <summary>The runtime asked for it.</summary>
    RuntimeRequested,
    /// <summary>Memory is short.</summary>
    HighMemoryPressure,
}
