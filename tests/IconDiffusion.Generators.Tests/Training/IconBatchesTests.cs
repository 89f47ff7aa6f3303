using IconDiffusion.Data;
using IconDiffusion.Generators.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class IconBatchesTests : IDisposable
{
    private const int Seed = 11;
    private static readonly IconDataset Icons = TinyRun.Icons(TinyRun.Spec(1).Dataset);

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Icons_AreThoseOfTheBatch_MirroredAndScaled()
    {
        using var batches = new IconBatches(Icons, 4, Seed, CPU);
        var drawn = batches.Draw(3);

        var batch = new EpochOrder(Icons.Count, 4, Seed, horizontalFlip: true).Batch(2);  // its steps count from 0
        Assert.Contains(true, batch.Mirrored);
        Assert.Contains(false, batch.Mirrored);
        foreach (var (i, index) in batch.Indices.Index())
            for (var y = 0; y < 16; y++)
                for (var x = 0; x < 16; x++)
                    for (var channel = 0; channel < 3; channel++)
                    {
                        var from = batch.Mirrored[i] ? 15 - x : x;
                        Assert.Equal(Icons[index].Pixels[(y * 16 + from) * 3 + channel] / 255f * 2 - 1, drawn[i, channel, y, x].item<float>());
                    }
    }

    [Fact]
    public void AStep_DrawsTheSameWhateverWasDrawnBefore()
    {
        using var one = new IconBatches(Icons, 4, Seed, CPU);
        using var other = new IconBatches(Icons, 4, Seed, CPU);
        for (var step = 1; step < 7; step++)
            one.Draw(step);

        Assert.True(Near.SameBits(one.Draw(7), other.Draw(7)));
    }
}
