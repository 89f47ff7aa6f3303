using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(bool interleave, bool keepAlive);
    Task StartFailing();
    Task StartWaiting(string signal);
    Task StartAllForms();
    Task Change(TimeSpan dueTime, TimeSpan period);
    [AlwaysInterleave] Task Stop();
    Task Hold(string signal);
    [AlwaysInterleave] Task End();
    Task<bool> Refuses(TimeSpan dueTime);
}

public sealed class TimerGrain(Signals signals) : Grain, ITimerGrain
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private IGrainTimer? _timer;

    public Task Start(bool interleave, bool keepAlive)
    {
        _timer = this.RegisterGrainTimer(Tick, new() { DueTime = Period, Period = Period, Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task StartFailing()
    {
        _timer = this.RegisterGrainTimer(() =>
        {
            signals.Note("tick");
            throw new InvalidOperationException("timer failed");
        }, new() { DueTime = Period, Period = Period });
        return Task.CompletedTask;
    }

    public Task StartWaiting(string signal)
    {
        _timer = this.RegisterGrainTimer(async token =>
        {
            signals.Note("tick");
            try
            {
                await signals.Of(signal, token);
            }
            catch (OperationCanceledException)
            {
                signals.Note("tick cancelled");
            }
        }, Period, Period);
        return Task.CompletedTask;
    }

    public Task StartAllForms()
    {
        var once = new GrainTimerCreationOptions { DueTime = Period, Period = Timeout.InfiniteTimeSpan };
        this.RegisterGrainTimer(() => Note("plain"), once);
        this.RegisterGrainTimer(_ => Note("token"), once);
        this.RegisterGrainTimer(state => Note(state), "state", once);
        this.RegisterGrainTimer((state, _) => Note(state), "state and token", once);
        this.RegisterGrainTimer(_ => Note("times"), Period, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan dueTime, TimeSpan period)
    {
        _timer!.Change(dueTime, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task Hold(string signal)
    {
        signals.Note("held");
        await signals.WaitAsync(signal);
        signals.Note("released");
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Note("over");

    public Task<bool> Refuses(TimeSpan dueTime)
    {
        try
        {
            this.RegisterGrainTimer(Tick, dueTime, Period);
            return Task.FromResult(false);
        }
        catch (ArgumentOutOfRangeException)
        {
            return Task.FromResult(true);
        }
    }

    private Task Tick(CancellationToken token) => Note("tick");

    private Task Note(string what)
    {
        signals.Note(what);
        return Task.CompletedTask;
    }
}
