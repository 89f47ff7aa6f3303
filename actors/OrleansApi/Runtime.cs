using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>Anything that a reference can name.</summary>
public interface IAddressable;

/// <summary>One life of a grain: from its activation to its deactivation.</summary>
public interface IGrainContext
{
    /// <summary>Which grain.</summary>
    GrainId GrainId { get; }

    /// <summary>The object of the grain's class; null before it was made.</summary>
    object? GrainInstance { get; }

    /// <summary>The services of this life.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when this life is over. Waiting for it inside the grain waits for ever.</summary>
    Task Deactivated { get; }

    /// <summary>Ends this life once no call runs.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>A timer of a grain; disposing ends it.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Ticks next after <paramref name="dueTime"/>, then every <paramref name="period"/>; infinite means never.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>How a timer ticks.</summary>
public readonly struct GrainTimerCreationOptions()
{
    /// <summary>To the first tick.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>From the end of a tick to the next; infinite for one tick only.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether a tick may start while a call waits. Not by default.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether ticks keep the grain from being collected. Not by default.</summary>
    public bool KeepAlive { get; init; }
}

/// <summary>A reminder of a grain.</summary>
public interface IGrainReminder
{
    /// <summary>Unique within its grain.</summary>
    string ReminderName { get; }
}

/// <summary>When a reminder ticks; times in UTC.</summary>
[GenerateSerializer]
public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
{
    /// <summary>When the first tick was due.</summary>
    [Id(0)]
    public DateTime FirstTickTime { get; } = firstTickTime;

    /// <summary>Between ticks.</summary>
    [Id(1)]
    public TimeSpan Period { get; } = period;

    /// <summary>When this tick was sent.</summary>
    [Id(2)]
    public DateTime CurrentTickTime { get; } = timeStamp;

    /// <inheritdoc/>
    public override string ToString() => $"<{FirstTickTime}, {Period}, {CurrentTickTime}>";
}

/// <summary>Values that travel with every call from here on, to the grain and to those it calls; never back.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Values = new();

    internal static ImmutableDictionary<string, object>? Current
    {
        get => Values.Value;
        set => Values.Value = value;
    }

    /// <summary>The value of this key, or null.</summary>
    public static object? Get(string key) => Values.Value?.GetValueOrDefault(key);

    /// <summary>Sets a value; it must be of a type that travels.</summary>
    public static void Set(string key, object value) =>
        Values.Value = (Values.Value ?? ImmutableDictionary<string, object>.Empty).SetItem(key, value);

    /// <summary>Takes a value away; whether it was there.</summary>
    public static bool Remove(string key)
    {
        if (Values.Value is not { } values || !values.ContainsKey(key))
            return false;
        Values.Value = values.Count == 1 ? null : values.Remove(key);
        return true;
    }

    /// <summary>Takes all values away.</summary>
    public static void Clear() => Values.Value = null;
}
