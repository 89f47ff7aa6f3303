namespace IconDiffusion.Kernels;

/// <summary>
/// Seeds of independent random streams. PyTorch's CPU generator, a Mersenne twister, looks at the low 32 bits of its seed only,
/// so these seeds fit in 32 bits and are distinct for certain: within one run no two streams, and no two indices below 2³⁰ of one
/// stream, ever share a seed.
/// </summary>
public static class RandomStream
{
    private const uint IndexMask = (1u << 30) - 1;

    /// <summary>Seed of what happens at optimiser step <paramref name="step"/>.</summary>
    public static ulong TrainingStep(int runSeed, long step) => Seed(0, runSeed, step);

    /// <summary>Seed of the noise of icon <paramref name="icon"/>.</summary>
    public static ulong Icon(int runSeed, long icon) => Seed(1, runSeed, icon);

    /// <summary>Seed of the noise that a network is asked about in part <paramref name="part"/> of every look at its training.</summary>
    public static ulong Look(int runSeed, long part) => Seed(2, runSeed, part);

    // The stream is in the top two bits; below, the index counts on from the hashed run seed.
    private static ulong Seed(uint stream, int runSeed, long index)
    {
        if (index is < 0 or > IndexMask)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"A random stream has indices 0 to {IndexMask}.");
        return (stream << 30) | (Hash((uint)runSeed) + (uint)index & IndexMask);
    }

    // MurmurHash3's 32-bit finaliser (Appleby, public domain): a bijection in which every bit depends on every other.
    private static uint Hash(uint value)
    {
        value = (value ^ (value >> 16)) * 0x85ebca6bu;
        value = (value ^ (value >> 13)) * 0xc2b2ae35u;
        return value ^ (value >> 16);
    }
}
