using IconDiffusion.Data;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>What keeps the random draws of a report apart though all start from its one seed.</summary>
internal static class RandomStreams
{
    public const long Bootstrap = 1;

    public const long OtherBootstrap = 2;

    public const long Kid = 3;

    public const long FidInfinity = 4;

    public const long FidFloor = 5;

    public const long Recombination = 6;

    public const long Calibration = 7;

    /// <summary>Some of <paramref name="count"/> images, none twice.</summary>
    public static int[] Subset(int count, int size, int seed, long stream, int number)
    {
        var random = new SplitMix64(seed, stream, number);
        var all = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < size; i++)
        {
            var j = i + random.Below(count - i);
            (all[i], all[j]) = (all[j], all[i]);
        }
        return all[..size];
    }
}
