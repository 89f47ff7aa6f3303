using IconDiffusion.Grains.Experiments;

namespace IconDiffusion.Grains.Scheduling;

/// <summary>All work that somebody wants and that has not ended: in order where it waits, out of it while it is leased.</summary>
internal sealed class WorkQueue
{
    private readonly Dictionary<WorkId, QueuedWork> _all = [];
    private readonly SortedSet<QueuedWork> _waiting = new(Comparer<QueuedWork>.Create((a, b) => a.Rank.CompareTo(b.Rank)));
    private readonly List<string> _experiments = [];
    private readonly Dictionary<string, int> _sequence = [];
    private long _arrivals;

    /// <summary>Waiting work, first the one that goes first.</summary>
    public IEnumerable<QueuedWork> Waiting => _waiting;

    public int Count => _waiting.Count;

    public QueuedWork? Find(WorkId work) => _all.GetValueOrDefault(work);

    public IEnumerable<QueuedWork> WantedBy(string experiment) => _all.Values.Where(item => item.IsWantedBy(experiment));

    /// <summary>Gives an experiment its place behind those known; whether it is new.</summary>
    public bool Place(string experiment)
    {
        if (!_sequence.TryAdd(experiment, _experiments.Count))
            return false;
        _experiments.Add(experiment);
        return true;
    }

    /// <summary>Notes a wish; whether it was news.</summary>
    public bool Add(Ticket ticket)
    {
        Place(ticket.Experiment);
        var wish = new Wish(ticket.Priority, _sequence[ticket.Experiment], ticket.Cell);
        if (!_all.TryGetValue(ticket.Work, out var item))
        {
            item = new(ticket.Work, ticket.MemoryBytes, _arrivals++);
            item.Want(ticket.Experiment, wish);
            _all.Add(ticket.Work, item);
            return _waiting.Add(item);
        }
        var waits = _waiting.Remove(item);
        var isNews = item.Want(ticket.Experiment, wish);
        if (waits)
            _waiting.Add(item);
        return isNews;
    }

    /// <summary>Forgets a wish; waiting work that nobody wants any more is forgotten too. Whether there was one.</summary>
    public bool Drop(QueuedWork item, string experiment)
    {
        var waits = _waiting.Remove(item);
        var isNews = item.Drop(experiment);
        if (waits && item.IsWanted)
            _waiting.Add(item);
        else if (waits)
            _all.Remove(item.Work);
        return isNews;
    }

    /// <summary>Takes work out of the line while it is leased.</summary>
    public void Take(QueuedWork item) => _waiting.Remove(item);

    /// <summary>Puts leased work back to its place, or forgets it if nobody wants it any more.</summary>
    public void Return(QueuedWork item)
    {
        if (item.IsWanted)
            _waiting.Add(item);
        else
            _all.Remove(item.Work);
    }

    /// <summary>Forgets work that has ended.</summary>
    public void Remove(QueuedWork item)
    {
        _waiting.Remove(item);
        _all.Remove(item.Work);
    }

    public QueueMemory Keep() => new() { Experiments = [.. _experiments], Waiting = [.. _waiting.OrderBy(item => item.Rank.Arrival).Select(item => item.Keep())] };

    /// <summary>Takes up what was kept.</summary>
    public void Restore(QueueMemory memory)
    {
        foreach (var experiment in memory.Experiments)
            Place(experiment);
        foreach (var kept in memory.Waiting)
            Restore(kept);
    }

    /// <summary>Takes up one piece of work that was kept; it waits if anybody wants it.</summary>
    public QueuedWork Restore(KeptWork kept)
    {
        if (_all.TryGetValue(kept.Work, out var item))
            return item;
        _all.Add(kept.Work, item = new(kept.Work, kept.MemoryBytes, _arrivals++));
        foreach (var wish in kept.Wishes)
        {
            Place(wish.Experiment);
            item.Want(wish.Experiment, new(wish.Priority, _sequence[wish.Experiment], wish.Cell));
        }
        if (item.IsWanted)
            _waiting.Add(item);
        return item;
    }
}
