using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

[Collection(Alone.Name)]
public sealed class LifetimeTests
{
    [Fact]
    public void FiveHundredTrainingSteps_LeakNeitherTensorsNorMemory()
    {
        var model = nn.Sequential(nn.Conv2d(3, 16, 3, padding: 1), nn.SiLU(), nn.GroupNorm(4, 16), nn.Conv2d(16, 3, 3, padding: 1));
        using var optimiser = optim.Adam(model.parameters(), 1e-3);
        using var data = rand(4, 3, 16, 16);
        Train(100);
        long tensors = Tensor.TotalCount, memory = ResidentBytes();

        Train(500);

        Assert.Equal(tensors, Tensor.TotalCount);
        // One step makes about 2 MB of tensors, so a leak of any would show as hundreds of MB; the runtime's own heap may move by a few.
        Assert.InRange(ResidentBytes() - memory, long.MinValue, 64L << 20);

        void Train(int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                using var scope = NewDisposeScope();
                optimiser.zero_grad();
                nn.functional.mse_loss(model.call(data), data).backward();
                optimiser.step();
            }
        }
    }

    [Fact]
    public void ForgottenTensors_AreCollectedBeforeTheyPileUp()
    {
        // 2,000 tensors of 4 MB: without memory pressure the collector sees none of their 8 GB.
        long most = 0;
        for (int i = 0; i < 2000; i++)
        {
            _ = zeros(1 << 20);
            most = Math.Max(most, ResidentBytes());
        }

        Assert.InRange(most, 0, 3L << 30);
    }

    [Fact]
    public void PeakCount_IsAtLeastEveryCountSeen()
    {
        var tensors = Enumerable.Range(0, 50).Select(_ => zeros(1)).ToArray();
        long count = Tensor.TotalCount;
        foreach (var tensor in tensors)
            tensor.Dispose();

        Assert.True(Tensor.PeakCount >= count);
        Assert.True(Tensor.TotalCount <= count - 50);
    }

    [Fact]
    public void ThreadCount_IsWhatWasSet()
    {
        int before = get_num_threads();
        set_num_threads(before + 1);
        int after = get_num_threads();
        set_num_threads(before);

        Assert.Equal(before + 1, after);
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
