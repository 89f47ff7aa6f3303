using IconDiffusion.Data;

namespace IconDiffusion.Data.Tests;

public class EpochOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(158)]
    [InlineData(1000)]
    public void Order_IsAPermutation(int count)
    {
        var order = new EpochOrder(count, 4, seed: 3407, horizontalFlip: true);
        for (var epoch = 0; epoch < 5; epoch++)
            Assert.Equal(Enumerable.Range(0, count), order.Permutation(epoch).Order());
    }

    [Fact]
    public void Order_DiffersByEpochAndBySeed()
    {
        var orders = from seed in Enumerable.Range(0, 5)
                     from epoch in Enumerable.Range(0, 5)
                     select string.Join(",", new EpochOrder(158, 4, seed, true).Permutation(epoch));

        Assert.Equal(25, orders.Distinct().Count());
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(158, 32)]
    [InlineData(5, 12)]
    public void Batches_RunThroughEveryEpochInItsOrder(int count, int batchSize)
    {
        var order = new EpochOrder(count, batchSize, seed: 1, horizontalFlip: false);

        var seen = Enumerable.Range(0, count * 3).SelectMany(step => order.Batch(step).Indices).Take(count * 3).ToList();

        Assert.Equal([.. order.Permutation(0), .. order.Permutation(1), .. order.Permutation(2)], seen);
    }

    [Fact]
    public void Batch_DependsOnSeedAndStepAlone()
    {
        var forwards = new EpochOrder(158, 32, seed: 7, horizontalFlip: true);
        var expected = Enumerable.Range(0, 50).Select(step => forwards.Batch(step)).ToList();

        for (var step = 49; step >= 0; step--)
            Assert.Equal(expected[step], new EpochOrder(158, 32, seed: 7, horizontalFlip: true).Batch(step));
    }

    [Fact]
    public void Flips_LeaveTheOrderAlone() => Assert.Equal(
        new EpochOrder(158, 32, seed: 7, horizontalFlip: true).Batch(3).Indices,
        new EpochOrder(158, 32, seed: 7, horizontalFlip: false).Batch(3).Indices);

    [Fact]
    public void Flips_AreHalfOfAll()
    {
        var order = new EpochOrder(158, 100, seed: 7, horizontalFlip: true);
        var flips = Enumerable.Range(0, 100).Sum(step => order.Batch(step).Mirrored.Count(flip => flip));

        Assert.InRange(flips, 4800, 5200);  // 10,000 draws: four standard deviations of 50
    }

    [Fact]
    public void WithoutFlips_NothingIsMirrored() =>
        Assert.DoesNotContain(true, new EpochOrder(158, 100, seed: 7, horizontalFlip: false).Batch(0).Mirrored);

    [Fact]
    public void FirstPlace_IsTakenByEveryIconEquallyOften()
    {
        const int count = 10, epochs = 10_000;
        var order = new EpochOrder(count, 1, seed: 3, horizontalFlip: false);

        var first = Enumerable.Range(0, epochs).CountBy(epoch => order.Permutation(epoch)[0]).ToList();

        Assert.Equal(count, first.Count);
        Assert.All(first, each => Assert.InRange(each.Value, 850, 1150));  // five standard deviations of 30
    }

    // From an independent implementation in Python; a change would make every unfinished run resume with other data.
    [Fact]
    public void Numbers_NeverChange()
    {
        var batch = new EpochOrder(158, 8, seed: 3407, horizontalFlip: true).Batch(1000);

        Assert.Equal([139, 126, 54, 117, 81, 45, 58, 46], batch.Indices);
        Assert.Equal([false, true, false, true, false, false, false, false], batch.Mirrored);
    }

    [Fact]
    public void LateStep_StillWorks() => Assert.Equal(32, new EpochOrder(158, 32, 0, true).Batch(long.MaxValue / 64).Indices.Count);

    // Vigna's splitmix64.c (public domain) gives these from state 0.
    [Fact]
    public void SplitMix64_FollowsItsReference()
    {
        var random = new SplitMix64();

        Assert.Equal(0xE220A8397B1DCDAFUL, random.Next());
        Assert.Equal(0x6E789E6AA1B965F4UL, random.Next());
        Assert.Equal(0x06C45D188009454FUL, random.Next());
    }
}
