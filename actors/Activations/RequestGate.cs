using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// Decides which requests to one activation may run: one at a time, except those that say otherwise.
/// Not thread-safe; the activation holds a lock around it.
/// </summary>
/// <param name="isReentrant">Every request may start while others wait.</param>
/// <param name="shuffler">Takes any request that may start rather than the first; null keeps their order.</param>
internal sealed class RequestGate(bool isReentrant, Shuffler? shuffler)
{
    private readonly List<Request> _waiting = [];

    // The running request that keeps others out: the first that does not interleave.
    private Request? _blocking;

    public int Running { get; private set; }

    public int Waiting => _waiting.Count;

    public void Add(Request request) => _waiting.Add(request);

    /// <summary>The next request that may start now, counted as running; null if none may.</summary>
    public Request? TakeNext()
    {
        if (_waiting.Count == 0)
            return null;
        var index = shuffler is null ? _waiting.FindIndex(MayStart) : PickAny();
        if (index < 0)
            return null;
        var request = _waiting[index];
        _waiting.RemoveAt(index);
        Running++;
        if (!request.Interleaves)
            _blocking ??= request;
        return request;
    }

    public void Complete(Request request)
    {
        Running--;
        if (ReferenceEquals(_blocking, request))
            _blocking = null;
    }

    /// <summary>Empties the queue.</summary>
    public List<Request> TakeAll()
    {
        List<Request> all = [.. _waiting];
        _waiting.Clear();
        return all;
    }

    private bool MayStart(Request request) => Running == 0 || isReentrant || request.Interleaves || _blocking is null
        || (_blocking.IsReadOnly && request.IsReadOnly);

    private int PickAny()
    {
        var able = Enumerable.Range(0, _waiting.Count).Where(index => MayStart(_waiting[index])).ToArray();
        return able.Length == 0 ? -1 : able[shuffler!.Next(able.Length)];
    }
}
