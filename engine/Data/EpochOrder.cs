namespace IconDiffusion.Data;

/// <summary>
/// The order in which icons are shown: every icon once per epoch, each epoch in a new order, batches running on across epochs.
/// Everything is a function of (seed, epoch) or (seed, step) alone, so a resumed run needs to keep the step and nothing else.
/// </summary>
/// <remarks>Its generator is <see cref="SplitMix64"/>, not <see cref="Random"/>, whose numbers may change between .NET versions.</remarks>
public sealed class EpochOrder
{
    private readonly int _count;
    private readonly int _batchSize;
    private readonly int _seed;
    private readonly bool _flip;

    /// <param name="horizontalFlip">Whether each shown icon is mirrored with probability ½.</param>
    public EpochOrder(int count, int batchSize, int seed, bool horizontalFlip)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        (_count, _batchSize, _seed, _flip) = (count, batchSize, seed, horizontalFlip);
    }

    /// <summary>A permutation of 0 … count − 1 (Fisher and Yates).</summary>
    public int[] Permutation(long epoch)
    {
        var random = new SplitMix64(_seed, Stream.Order, epoch);
        var order = Enumerable.Range(0, _count).ToArray();
        for (var last = _count - 1; last > 0; last--)
        {
            var other = random.Below(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }
        return order;
    }

    /// <param name="step">From 0. With gradient accumulation, each micro-batch counts as one.</param>
    public TrainingBatch Batch(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        var random = new SplitMix64(_seed, Stream.Flips, step);
        var (epoch, position) = Math.DivRem(checked(step * _batchSize), _count);
        var order = Permutation(epoch);
        var indices = new int[_batchSize];
        var mirrored = new bool[_batchSize];
        for (var i = 0; i < _batchSize; i++, position++)
        {
            if (position == _count) (order, position) = (Permutation(++epoch), 0);
            indices[i] = order[position];
            mirrored[i] = _flip && random.Below(2) == 1;
        }
        return new([.. indices], [.. mirrored]);
    }

    // Keeps the numbers for the order and for the flips apart.
    private static class Stream
    {
        public const long Order = 1;
        public const long Flips = 2;
    }
}
