using IconDiffusion.Grains.Experiments;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Scheduling;

/// <summary>Work in the scheduler's hands, waiting or leased.</summary>
internal sealed class QueuedWork(WorkId work, long memoryBytes, long arrival)
{
    private readonly Dictionary<string, Wish> _wishes = [];

    public WorkId Work => work;

    /// <summary>The class of device that it needs.</summary>
    public string DeviceClass { get; } = WorkKeys.DeviceClassOf(work.Key);

    /// <summary>Names the files it writes: of all work with the same ones, only one piece may run.</summary>
    public (WorkKind, string) Files { get; } = (work.Kind, WorkKeys.FilesOf(work.Key));

    public long MemoryBytes => memoryBytes;

    /// <summary>The newest attempt whose end was heard of.</summary>
    public int EndedAttempt { get; set; }

    /// <summary>Not to be leased before this timestamp, since the last lease could not even begin.</summary>
    public long? NotBefore { get; set; }

    /// <summary>Its place in the queue; changed by <see cref="Want"/> and <see cref="Drop"/>.</summary>
    public Rank Rank { get; private set; }

    public bool IsWanted => _wishes.Count > 0;

    public IEnumerable<string> Experiments => _wishes.Keys;

    public bool IsWantedBy(string experiment) => _wishes.ContainsKey(experiment);

    /// <summary>Notes who wants it; whether that was news. Must not stand in the queue meanwhile.</summary>
    public bool Want(string experiment, Wish wish)
    {
        if (_wishes.TryGetValue(experiment, out var before))
        {
            // Equal cells of one experiment share their work; the first one's place counts.
            wish = wish with { Cell = Math.Min(wish.Cell, before.Cell) };
            if (wish == before)
                return false;
        }
        _wishes[experiment] = wish;
        Place();
        return true;
    }

    /// <summary>Forgets who wanted it; whether they did.</summary>
    public bool Drop(string experiment)
    {
        if (!_wishes.Remove(experiment))
            return false;
        if (IsWanted)
            Place();
        return true;
    }

    public KeptWork Keep() =>
        new(work, memoryBytes, [.. _wishes.Select(wish => new KeptWish(wish.Key, wish.Value.Priority, wish.Value.Cell))]);

    private void Place() => Rank = _wishes.Values.Min(wish => new Rank(-(long)wish.Priority, wish.Sequence, wish.Cell, work.Kind.Order, arrival));
}

/// <summary>How much an experiment wants some work.</summary>
internal readonly record struct Wish(int Priority, int Sequence, int Cell);

/// <summary>A place in the queue: priority, order of submission, cell, kind of work; smaller goes first.</summary>
internal readonly record struct Rank(long Urgency, int Sequence, int Cell, int Kind, long Arrival) : IComparable<Rank>
{
    public int CompareTo(Rank other) => (Urgency, Sequence, Cell, Kind, Arrival).CompareTo(
        (other.Urgency, other.Sequence, other.Cell, other.Kind, other.Arrival));
}
