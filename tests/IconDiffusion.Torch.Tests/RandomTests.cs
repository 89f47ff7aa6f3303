using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

public sealed class RandomTests
{
    [Fact]
    public void AGeneratorWithARestoredState_ContinuesBitForBit()
    {
        var generator = new Generator(3407);
        _ = randn([1001], generator: generator);  // an odd count leaves a cached normal in the state
        var state = generator.get_state();
        var expected = randn([7], generator: generator);

        var restored = new Generator(1);
        restored.set_state(state);

        Assert.True(expected.Equals(randn([7], generator: restored)));
    }

    [Fact]
    public void TwoGeneratorsOfOneSeed_AgreeAndDoNotShareState()
    {
        using Generator first = new(5), second = new(5);
        var a = rand([4], generator: first);
        _ = rand([4], generator: first);

        Assert.True(a.Equals(rand([4], generator: second)));
        Assert.Equal(5, first.initial_seed());
    }

    [Fact]
    public void RandnOfSeedZero_IsPyTorchs()
    {
        // python3 -c "import torch; print(torch.randn(3, generator=torch.Generator().manual_seed(0)))", torch 1.13.1
        var values = randn([3], generator: new Generator(0)).data<float>().ToArray();

        Assert.Equal([1.5410f, -0.2934f, -2.1788f], values.Select(v => MathF.Round(v, 4)));
    }

    [Fact]
    public void RandomOperations_HaveTheMomentsOfTheirDistributions()
    {
        using var generator = new Generator(1);
        var normal = randn([100_000], generator: generator);
        var uniform = rand([100_000], generator: generator);
        var integers = randint(2, 5, [100_000], generator: generator);

        // Four standard errors: 1/√n for the mean, √2/√n for the variance, √(1/12)/√n for the uniform mean.
        Assert.InRange(normal.mean().item<float>(), -0.0127, 0.0127);
        Assert.InRange(normal.var().item<float>(), 1 - 0.018, 1 + 0.018);
        Assert.InRange(uniform.mean().item<float>(), 0.5 - 0.0037, 0.5 + 0.0037);
        Assert.Equal(2, integers.min().item<long>());
        Assert.Equal(4, integers.max().item<long>());
        Assert.Equal(int64, integers.dtype);
    }

    [Fact]
    public void Randperm_HoldsEachNumberOnce()
    {
        var order = randperm(100, generator: new Generator(3));

        Assert.True(order.sort().Values.Equals(arange(100)));
        Assert.False(order.Equals(arange(100)));
    }
}

[Collection(Alone.Name)]
public sealed class DefaultGeneratorTests
{
    [Fact]
    public void ManualSeed_AndARestoredState_RepeatTheDefaultStream()
    {
        manual_seed(11);
        var state = get_rng_state();
        var first = randn(5);
        manual_seed(11);
        var again = randn(5);
        set_rng_state(state);
        var restored = randn_like(first);

        Assert.True(first.Equals(again));
        Assert.True(first.Equals(restored));
    }

    [Fact]
    public void Layers_StartAsPyTorchsDo()
    {
        // python3 -c "import torch; torch.manual_seed(0); l = torch.nn.Linear(3, 1); print(l.weight, l.bias)", torch 1.13.1
        manual_seed(0);
        using var linear = nn.Linear(3, 1);

        Assert.Equal([-0.0043f, 0.3097f, -0.4752f], linear.weight.data<float>().Select(v => MathF.Round(v, 4)));
        Assert.Equal(-0.4249f, MathF.Round(linear.bias!.item<float>(), 4));
    }
}
