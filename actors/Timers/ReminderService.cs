using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>Fires the reminders in the database: all of them at start, then each in its period.</summary>
internal sealed class ReminderService(ActorRuntime runtime)
{
    private readonly ConcurrentDictionary<(GrainId Grain, string Name), Reminder> _active = new();

    public async Task StartAsync()
    {
        foreach (var row in await runtime.Database.Reminders.ReadAllAsync())
            Activate(row, dueTime: TimeSpan.Zero);
    }

    public void Stop()
    {
        foreach (var key in _active.Keys)
            Forget(key);
    }

    public async Task<IGrainReminder> RegisterAsync(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "Wanted a time from now that is not negative, nor infinite.");
        if (period < runtime.Options.MinimumReminderPeriod)
        {
            throw new ArgumentException($"Reminder '{name}' of grain {grain} has a period of {period}; "
                + $"wanted at least {runtime.Options.MinimumReminderPeriod}.", nameof(period));
        }
        var row = new ReminderRow(grain, name, runtime.Time.GetUtcNow().UtcDateTime + dueTime, period);
        await runtime.Database.Reminders.SetAsync(row);
        Forget((grain, name));
        Activate(row, dueTime);
        return row;
    }

    public async Task UnregisterAsync(GrainId grain, string name)
    {
        Forget((grain, name));
        if (await runtime.Database.Reminders.DeleteAsync(grain, name) == 0)
            throw new OrleansException($"Grain {grain} has no reminder '{name}' to unregister.");
    }

    public Task<IGrainReminder?> FindAsync(GrainId grain, string name) =>
        Task.FromResult<IGrainReminder?>(_active.GetValueOrDefault((grain, name))?.Row);

    public Task<List<IGrainReminder>> ListAsync(GrainId grain) =>
        Task.FromResult(_active.Values.Where(reminder => reminder.Row.Grain == grain).Select(reminder => (IGrainReminder)reminder.Row).ToList());

    private void Activate(ReminderRow row, TimeSpan dueTime) =>
        _active.GetOrAdd((row.Grain, row.ReminderName), _ => new(runtime, row)).Start(dueTime);

    private void Forget((GrainId, string) key)
    {
        if (_active.TryRemove(key, out var reminder))
            reminder.Dispose();
    }

    private sealed class Reminder : IDisposable
    {
        // Timers reach 49 days; a longer wait is made of shorter ones.
        private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
        private readonly ActorRuntime _runtime;
        private readonly ITimer _timer;
        private DateTime _due;
        private volatile bool _isEnded;

        public Reminder(ActorRuntime runtime, ReminderRow row)
        {
            _runtime = runtime;
            Row = row;
            _timer = runtime.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public ReminderRow Row { get; }

        private DateTime Now => _runtime.Time.GetUtcNow().UtcDateTime;

        public void Start(TimeSpan dueTime)
        {
            _due = Now + dueTime;
            Wait();
        }

        public void Dispose()
        {
            _isEnded = true;
            _timer.Dispose();
        }

        private void Wait()
        {
            var left = _due - Now;
            _timer.Change(left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestWait ? left : LongestWait, Timeout.InfiniteTimeSpan);
        }

        private void OnTimer()
        {
            if (Now < _due)
                Wait();
            else
                _ = TickAsync();
        }

        private async Task TickAsync()
        {
            // Timers remember the context of the grain that registered; after a restart there would be none.
            RequestContext.Clear();
            try
            {
                await _runtime.Client.GetGrain<IRemindable>(Row.Grain)
                    .ReceiveReminder(Row.ReminderName, new(Row.FirstTick, Row.Period, Now));
            }
            catch (Exception failure)
            {
                if (!_isEnded)
                    _runtime.Logger.ReminderFailed(failure, Row.ReminderName, Row.Grain);
            }
            if (_isEnded)
                return;

            // Ticks keep to the times counted from the first, whatever the last one took.
            var periods = Math.Max(0, (Now - Row.FirstTick).Ticks / Row.Period.Ticks + 1);
            _due = Row.FirstTick + periods * Row.Period;
            Wait();
        }
    }
}
