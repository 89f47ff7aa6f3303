using IconDiffusion.Kernels;

namespace IconDiffusion.Kernels.Tests;

public sealed class RandomStreamTests
{
    [Fact]
    public void SeedsFitIn32Bits_AndAreDistinctWithinARun()
    {
        foreach (var seed in new[] { 0, 1, 3407, -1, int.MaxValue, int.MinValue })
        {
            var indices = Enumerable.Range(0, 20_000).Select(i => (long)i).Append((1L << 30) - 1).ToArray();
            ulong[] seeds =
            [
                .. indices.Select(i => RandomStream.TrainingStep(seed, i)),
                .. indices.Select(i => RandomStream.Icon(seed, i)),
            ];
            Assert.All(seeds, value => Assert.True(value <= uint.MaxValue));
            Assert.Equal(seeds.Length, seeds.Distinct().Count());
        }
    }

    [Fact]
    public void NeighbouringRunSeedsAreFarApart() =>
        Assert.True(Math.Abs((long)RandomStream.Icon(1, 0) - (long)RandomStream.Icon(2, 0)) > 100_000);

    [Theory]
    [InlineData(-1)]
    [InlineData(1L << 30)]
    public void AnIndexOutsideAStreamIsRefused(long index) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomStream.Icon(1, index));
}
