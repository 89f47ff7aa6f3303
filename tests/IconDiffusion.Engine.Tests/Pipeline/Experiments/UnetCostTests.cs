using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Tests.Pipeline.Experiments;

public sealed class UnetCostTests
{
    // Counted by hooks on the reference's layers, rounded to three digits.
    [Theory]
    [InlineData(new[] { 1, 2, 4, 8 }, 29.6e9)]
    [InlineData(new[] { 1, 16 }, 355e9)]
    [InlineData(new[] { 1, 4, 16 }, 127e9)]
    public void ThePreprintsNetworks_CostWhatTheReferenceCosts(int[] mults, double expected) =>
        Assert.Equal(expected, UnetCost.MultiplyAdds(new UnetSpec { Dim = 64, DimMults = [.. mults] }, imageSize: 128), expected * 5e-3);
}
