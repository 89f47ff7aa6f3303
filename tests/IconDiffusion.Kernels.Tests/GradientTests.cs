using static TorchSharp.torch;

namespace IconDiffusion.Kernels.Tests;

/// <summary>What would end the process in TorchSharp is an exception here, and nothing is kept that nobody needs.</summary>
public sealed class GradientTests
{
    [Fact]
    public void AnInputThatNothingDependsOn_IsRefused()
    {
        using var scope = NewDisposeScope();
        var (x, other) = (ones(3, requires_grad: true), ones(2, requires_grad: true));

        Assert.Throws<ArgumentException>(() => Gradients.Of(x.sum(), other));
        Assert.Throws<ArgumentException>(() => Gradients.Of(ones(1), x));
        Assert.Throws<ArgumentException>(() => Gradients.Backward(x * 2));
    }

    [Fact]
    public void AnExceptionInAGradient_ComesOutOfTheBackwardPass()
    {
        using var scope = NewDisposeScope();
        var x = ones(3, requires_grad: true);
        var y = GraphNode.Record(ones(3), [x], [x], (_, _, _) => throw new InvalidDataException("as meant"));

        var failure = Assert.Throws<InvalidOperationException>(() => Gradients.Backward(y.sum()));

        Assert.IsType<InvalidDataException>(failure.InnerException);
        Gradients.Backward(x.sum());
        Assert.Equal(3, x.grad!.sum().item<float>());
    }

    [SkippableFact]
    public void AGraphThatWasNotKept_IsNotDifferentiatedTwice()
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "no kernels here");
        using var scope = NewDisposeScope();
        var x = ones([1, 2, 4, 4], requires_grad: true);
        var y = FastOps.conv2d(x, ones(2, 2, 1, 1), null).sum();
        Gradients.Backward(y);

        Assert.ThrowsAny<Exception>(() => Gradients.Backward(y));
    }

    [SkippableFact]
    public void AfterABackwardPass_NoTensorIsLeft()
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "no kernels here");
        using var weight = ones([4, 4, 3, 3], requires_grad: true);
        Step();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++) Step();

        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            var x = FastOps.conv2d(ones(2, 4, 8, 8), weight, null, 1, 1, 1);
            x = FastOps.group_norm_silu(x, 2, ones(4), zeros(4));
            Gradients.Backward(FastOps.conv2d(x, weight, null, 1, 1, 1).sum());
            weight.grad = null;
        }
    }
}
