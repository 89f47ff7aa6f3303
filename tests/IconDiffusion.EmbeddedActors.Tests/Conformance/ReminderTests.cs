using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class ReminderTests(bool shuffled) : ConformanceTest(shuffled)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private IReminderGrain Reminder => Grain<IReminderGrain>();

    [Fact]
    public async Task AReminder_TicksWhenDueAndThenInItsPeriod()
    {
        Assert.Equal("wake", await Reminder.Register("wake", Hour, Hour * 2));
        Host.Advance(Hour - TimeSpan.FromMinutes(1));
        Assert.DoesNotContain("wake", Signals.Diary);  // the grain itself may have aged away meanwhile
        await AdvanceUntilAsync(Signals.WaitAsync("wake:3"), TimeSpan.FromMinutes(1));
        await Signals.WaitAsync("wake since 01:00 every 02:00:00");
    }

    [Fact]
    public async Task AReminder_OutlivesTheGrain()
    {
        await Reminder.Register("wake", Hour, Hour);
        await Reminder.End();
        await Signals.WaitAsync("over");
        await AdvanceUntilAsync(Signals.WaitAsync("wake"), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task AReminder_OutlivesTheProcess()
    {
        await Reminder.Register("wake", Hour * 10, Hour * 10);
        await Host.RestartAsync();
        await AdvanceUntilAsync(Signals.WaitAsync("wake"), TimeSpan.FromMinutes(10));
        Assert.Equal(["wake"], await Reminder.Names());
    }

    [Fact]
    public async Task AReminderThatThrows_GoesOn()
    {
        await Reminder.Register("failing", TimeSpan.Zero, Hour);
        await AdvanceUntilAsync(Signals.WaitAsync("failing:3"), TimeSpan.FromMinutes(10));
        await AdvanceUntilAsync(LoggedAsync("reminder failed"), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task ALongPeriod_IsKept()
    {
        await Reminder.Register("yearly", TimeSpan.FromDays(60), TimeSpan.FromDays(365));
        for (var day = 0; day < 59; day++)
            Host.Advance(TimeSpan.FromDays(1));
        Assert.DoesNotContain("yearly", Signals.Diary);
        await AdvanceUntilAsync(Signals.WaitAsync("yearly"), TimeSpan.FromHours(6));
    }

    [Fact]
    public async Task Registering_AgainChangesTheReminder()
    {
        await Reminder.Register("wake", Hour * 100, Hour * 100);
        await Reminder.Register("wake", Hour, Hour);
        Assert.Equal(["wake"], await Reminder.Names());
        await AdvanceUntilAsync(Signals.WaitAsync("wake"), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Unregistering_EndsTheReminderForGood()
    {
        await Reminder.Register("wake", Hour, Hour);
        await Reminder.Register("sleep", Hour, Hour);
        await Reminder.Unregister("wake");
        Assert.False(await Reminder.Has("wake"));
        Assert.True(await Reminder.Has("sleep"));
        await Host.RestartAsync();
        await AdvanceUntilAsync(Signals.WaitAsync("sleep:2"), TimeSpan.FromMinutes(10));
        Assert.DoesNotContain("wake", Signals.Diary);
    }

    [Fact]
    public async Task ATick_CarriesNoRequestContext()
    {
        RequestContext.Set("user", "ada");
        await Reminder.Register("wake", Hour, Hour);
        await AdvanceUntilAsync(Signals.WaitAsync("wake:2"), TimeSpan.FromMinutes(10));
        Assert.DoesNotContain("by ada", Signals.Diary);
        RequestContext.Clear();
    }

    [Fact]
    public async Task AShortPeriod_IsRefused()
    {
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => Reminder.Register("often", Hour, TimeSpan.FromSeconds(59)));
        Assert.Contains("00:01:00", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Reminder.Register("never", Timeout.InfiniteTimeSpan, Hour));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Reminder.Register(" ", Hour, Hour));
    }

    [Fact]
    public async Task AGrainThatIsNotRemindable_IsRefused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grain<IForgetfulGrain>().Register());
}

public sealed class RemindersInOrder() : ReminderTests(shuffled: false);

public sealed class RemindersShuffled() : ReminderTests(shuffled: true);
