using IconDiffusion.Generators.Models;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Tests.Pipeline.Experiments;

public sealed class UnetMemoryTests
{
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
        using var unet = new Unet(spec);
        Assert.Equal(unet.ParameterCount, UnetMemory.Parameters(spec));
    }

    [Fact]
    public void TwiceTheBatch_CostsTwiceTheActivations()
    {
        var spec = new UnetSpec { Dim = 16, DimMults = [1, 2] };
        long Bytes(int batch) => UnetMemory.Training(spec, 64, batch);
        Assert.Equal(Bytes(2) - Bytes(1), Bytes(4) - Bytes(3), tolerance: 8);  // rounding to whole bytes
        Assert.True(Bytes(1) > MemoryEstimate.Process);
    }

    [Fact]
    public void EveryCellOfTable2_IsPlannedIntoACardOf10GB()
    {
        var file = Golden.PathOf("..", "..", "grids", "table2.json");
        foreach (var run in ExperimentFile.Load(file).Runs)
        {
            var method = Methods.Of(run.Model);
            var bytes = Math.Max(method.TrainingBytes(run, onGpu: true), method.SamplingBytes(run, run.Sampling.BatchSize, onGpu: true));

            Assert.True(bytes < 10_000_000_000, $"{run.Model.Label}: {bytes / 1e9:0.0} GB");
        }
    }

    [Fact]
    public void ABatchIsSplitIntoAsFewPartsAsFit()
    {
        var hourglass = new UnetSpec { Dim = 64, DimMults = [1, 16] };

        Assert.Equal(1, UnetMemory.MicroBatches(hourglass, 64, 16));
        Assert.Equal(2, UnetMemory.MicroBatches(hourglass, 128, 16));
        Assert.Equal(3, UnetMemory.MicroBatches(hourglass, 128, 21));
        Assert.Equal(7, UnetMemory.MicroBatches(hourglass, 1024, 7));
    }
}
