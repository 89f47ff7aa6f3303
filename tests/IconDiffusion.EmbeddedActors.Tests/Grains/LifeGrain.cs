using Orleans;
using Orleans.Placement;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

public interface ILifeGrain : IGrainWithStringKey
{
    Task<int> Life();
    Task End();
    Task EndAfter(string signal);
    Task Delay(TimeSpan time);
    Task<bool> IsWhole();
    Task<string> Identity();
}

public interface IKeptGrain : ILifeGrain;

/// <summary>Notes how its lives begin and end.</summary>
public class LifeGrain(Signals signals) : Grain, ILifeGrain, IDisposable
{
    private int _life;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (this.GetPrimaryKeyString() == "unborn")
        {
            signals.Note("tried");
            throw new MarkedException("stillborn", 1);
        }
        signals.Note("active");
        _life = signals.Diary.Count(entry => entry == "active");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        signals.Note($"over: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        signals.Note("disposed");
        GC.SuppressFinalize(this);
    }

    public Task<int> Life() => Task.FromResult(_life);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task EndAfter(string signal)
    {
        DeactivateOnIdle();
        signals.Note("ending");
        await signals.WaitAsync(signal);
        signals.Note("call done");
    }

    public Task Delay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task<bool> IsWhole() => Task.FromResult(ReferenceEquals(GrainContext.GrainInstance, this)
        && ReferenceEquals(ServiceProvider.GetService(typeof(Signals)), signals)
        && ReferenceEquals(ServiceProvider.GetService(typeof(IGrainContext)), GrainContext)
        && !GrainContext.Deactivated.IsCompleted && RuntimeIdentity.Length > 0 && GrainFactory is not null);

    public Task<string> Identity() => Task.FromResult(IdentityString);
}

[KeepAlive]
public sealed class KeptGrain(Signals signals) : LifeGrain(signals), IKeptGrain;

public interface IPlainGrain : IGrainWithStringKey
{
    Task<string> Identity();
    Task End();
}

/// <summary>Where a grain shall live; with one process there is no choice.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NearbyAttribute() : PlacementAttribute(new NearbyPlacement());

/// <summary>Of <see cref="NearbyAttribute"/>.</summary>
public sealed class NearbyPlacement : PlacementStrategy;

/// <summary>A grain that derives from nothing.</summary>
[Nearby]
public sealed class PlainGrain(IGrainContext context, Signals signals) : IGrainBase, IPlainGrain
{
    public IGrainContext GrainContext => context;

    public Task OnActivateAsync(CancellationToken token)
    {
        signals.Note("plain active");
        return Task.CompletedTask;
    }

    public Task<string> Identity() => Task.FromResult(this.GetGrainId().ToString());

    public Task End()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IAnimalGrain : IGrainWithStringKey
{
    Task<string> Sound();
}

public sealed class CatGrain : Grain, IAnimalGrain
{
    public Task<string> Sound() => Task.FromResult("meow");
}

public sealed class DogGrain : Grain, IAnimalGrain
{
    public Task<string> Sound() => Task.FromResult("woof");
}

public interface IOrphanGrain : IGrainWithStringKey;
