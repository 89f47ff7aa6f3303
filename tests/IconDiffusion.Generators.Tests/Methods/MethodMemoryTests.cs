using IconDiffusion.Generators.Methods;
using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Tests.Methods;

public sealed class MethodMemoryTests
{
    [Fact]
    public void TwiceTheBatch_CostsTwiceTheActivations()
    {
        var spec = new UnetSpec { Dim = 16, DimMults = [1, 2] };
        long Bytes(int batch) => Of(spec, 64).OfTraining(batch, onGpu: false);
        Assert.Equal(Bytes(2) - Bytes(1), Bytes(4) - Bytes(3), tolerance: 8);  // rounding to whole bytes
        Assert.True(Bytes(1) > MethodMemory.Process);
    }

    [Fact]
    public void EveryCellOfTable2_IsPlannedIntoACardOf10GB()
    {
        var file = Golden.PathOf("..", "..", "grids", "table2.json");
        foreach (var run in ExperimentFile.Load(file).Runs)
        {
            var memory = MethodTable.Of(run.Model).Memory(run);
            var bytes = Math.Max(memory.OfTraining(run.Training.BatchSize, onGpu: true), memory.OfDrawing(run.Sampling.BatchSize, onGpu: true));

            Assert.True(bytes < 10_000_000_000, $"{run.Model.Label}: {bytes / 1e9:0.0} GB");
        }
    }

    [Fact]
    public void ABatchIsSplitIntoAsFewPartsAsFit()
    {
        var hourglass = new UnetSpec { Dim = 64, DimMults = [1, 16] };

        Assert.Equal(1, Of(hourglass, 64).MicroBatches(16));
        Assert.Equal(2, Of(hourglass, 128).MicroBatches(16));
        Assert.Equal(3, Of(hourglass, 128).MicroBatches(21));
        Assert.Equal(7, Of(hourglass, 1024).MicroBatches(7));
    }

    private static MethodMemory Of(UnetSpec unet, int imageSize) =>
        DdpmMethod.Memory(new() { Dataset = new FolderSpec { Path = "icons", ImageSize = imageSize }, Model = new DdpmSpec { Unet = unet } });
}
