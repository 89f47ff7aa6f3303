namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// Breaks the order that one process would keep by accident: each request takes a random number of hops through the thread
/// pool, and of those that wait for a grain any may be next.
/// </summary>
internal sealed class Shuffler(int seed)
{
    private const int MaximumHops = 8;
    private readonly Random _random = new(seed);

    /// <summary>A number in [0, count).</summary>
    public int Next(int count)
    {
        lock (_random)
            return _random.Next(count);
    }

    public void Deliver(Action deliver) => ThreadPool.UnsafeQueueUserWorkItem(_ => Hop(deliver, Next(MaximumHops)), null);

    private static void Hop(Action deliver, int left)
    {
        if (left == 0)
            deliver();
        else
            ThreadPool.UnsafeQueueUserWorkItem(_ => Hop(deliver, left - 1), null);
    }
}
