using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Tests.Models;

public sealed class UnetSizeTests
{
    // Counted by hooks on the reference's layers, rounded to three digits.
    [Theory]
    [InlineData(new[] { 1, 2, 4, 8 }, 29.6e9)]
    [InlineData(new[] { 1, 16 }, 355e9)]
    [InlineData(new[] { 1, 4, 16 }, 127e9)]
    public void ThePreprintsNetworks_CostWhatTheReferenceCosts(int[] mults, double expected) =>
        Assert.Equal(expected, new UnetSize(new() { Dim = 64, DimMults = [.. mults] }, imageSize: 128).MultiplyAdds, expected * 5e-3);

    [Theory]
    [InlineData(8, "1,2", false)]
    [InlineData(16, "1,4,2", true)]
    [InlineData(64, "1,2,4,8", false)]
    public void Parameters_AreThoseOfTheNetwork(int dim, string mults, bool withoutAttention)
    {
        var spec = new UnetSpec
        {
            Dim = dim,
            DimMults = [.. mults.Split(',').Select(int.Parse)],
            Knockout = new() { BottleneckAttention = withoutAttention },
        };
        foreach (var enlarges in (bool[])[false, true])
        {
            using var unet = new Unet(spec, enlarges: enlarges);
            Assert.Equal(unet.parameters().Sum(parameter => parameter.numel()), new UnetSize(spec, imageSize: 16, enlarges).Parameters);
        }
    }
}
