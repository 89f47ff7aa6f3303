using System.Globalization;
using Orleans;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>Lets calls overtake each other, as their delivery may in a cluster: each waits for up to three others, drawn from a seed.</summary>
internal sealed class Shuffle : IOutgoingGrainCallFilter
{
    private readonly Random _random;
    private readonly Lock _draw = new();

    private Shuffle(int seed)
    {
        Seed = seed;
        _random = new(seed);
    }

    /// <summary>What the delays follow from; <c>ICON_TEST_SEED</c> repeats one that a failure has printed.</summary>
    public int Seed { get; }

    public static Shuffle Create() =>
        new(Environment.GetEnvironmentVariable("ICON_TEST_SEED") is { Length: > 0 } seed ? int.Parse(seed, CultureInfo.InvariantCulture) : Random.Shared.Next());

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        int turns;
        lock (_draw)
            turns = _random.Next(4);
        for (; turns > 0; turns--)
            await Task.Run(static () => Thread.Sleep(0));
        await context.Invoke();
    }
}
