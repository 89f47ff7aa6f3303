namespace IconDiffusion.Data;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"): the same numbers on every
/// machine and .NET version, from any list of keys.
/// </summary>
public struct SplitMix64
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <param name="keys">Each key passes through the mixer, so that neighbouring keys start far apart.</param>
    public SplitMix64(params ReadOnlySpan<long> keys)
    {
        foreach (var key in keys)
            _state = Mix(_state + Golden + unchecked((ulong)key));
    }

    /// <summary>The next 64 bits of the stream.</summary>
    public ulong Next() => Mix(_state += Golden);

    /// <summary>Uniform in 0 … <paramref name="bound"/> − 1, without bias (Lemire 2019, arXiv:1805.10941).</summary>
    public int Below(int bound) => (int)Below((long)bound);

    /// <summary>The same with larger numbers.</summary>
    public long Below(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var limit = (ulong)bound;
        var threshold = (0 - limit) % limit;
        while (true)
        {
            var high = Math.BigMul(Next(), limit, out var low);
            if (low >= threshold) return (long)high;
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
