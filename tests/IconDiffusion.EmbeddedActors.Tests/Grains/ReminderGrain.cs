using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

public interface IReminderGrain : IGrainWithStringKey
{
    Task<string> Register(string name, TimeSpan dueTime, TimeSpan period);
    Task Unregister(string name);
    Task<bool> Has(string name);
    Task<List<string>> Names();
    Task End();
}

public sealed class ReminderGrain(Signals signals) : Grain, IReminderGrain, IRemindable
{
    public async Task<string> Register(string name, TimeSpan dueTime, TimeSpan period) =>
        (await this.RegisterOrUpdateReminder(name, dueTime, period)).ReminderName;

    public async Task Unregister(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

    public async Task<List<string>> Names() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order()];

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        signals.Note("over");
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        signals.Note(reminderName);
        if (RequestContext.Get("user") is { } user)
            signals.Note($"by {user}");
        signals.Fire($"{reminderName} since {status.FirstTickTime:HH:mm} every {status.Period}");
        return reminderName == "failing" ? throw new InvalidOperationException("reminder failed") : Task.CompletedTask;
    }
}

public interface IForgetfulGrain : IGrainWithStringKey
{
    Task Register();
}

/// <summary>Not remindable.</summary>
public sealed class ForgetfulGrain : Grain, IForgetfulGrain
{
    public Task Register() => this.RegisterOrUpdateReminder("never", TimeSpan.Zero, TimeSpan.FromHours(1));
}
