using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

public sealed class ScopeTests
{
    [Fact]
    public void AScope_DisposesWhatWasMadeInIt()
    {
        Tensor inside, moved, detached;
        using var outer = NewDisposeScope();
        using (NewDisposeScope())
        {
            inside = zeros(1);
            moved = zeros(1).MoveToOuterDisposeScope();
            detached = zeros(1).DetachFromDisposeScope();
        }

        Assert.True(inside.IsInvalid);
        Assert.False(moved.IsInvalid);
        Assert.Equal(1, outer.DisposablesCount);
        outer.Dispose();
        Assert.True(moved.IsInvalid);
        Assert.False(detached.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void ATensorDisposedInAScope_LeavesIt()
    {
        using var scope = NewDisposeScope();
        zeros(1).Dispose();

        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void AScopeDisposedTwice_LeavesLaterScopesAlone()
    {
        var first = NewDisposeScope();
        first.Dispose();
        using var second = NewDisposeScope();
        var tensor = zeros(1);
        first.Dispose();

        Assert.False(tensor.IsInvalid);
        Assert.Equal(1, second.DisposablesCount);
    }

    [Fact]
    public void AnOuterScopeThatEndsFirst_LeavesTheInnerOneInPlace()
    {
        var outer = NewDisposeScope();
        using var inner = NewDisposeScope();
        outer.Dispose();
        var tensor = zeros(1);

        Assert.Equal(1, inner.DisposablesCount);
        Assert.False(tensor.IsInvalid);
    }

    [Fact]
    public void WrappedScope_KeepsTheResultOnly()
    {
        using var scope = NewDisposeScope();
        using var result = WrappedTensorDisposeScope(() => zeros(2) + 1 + 2);

        Assert.Equal(1, scope.DisposablesCount);
        Assert.Equal(6, result.sum().item<float>());
    }

    [Fact]
    public void AScope_HoldsTensorsOfItsOwnThreadOnly()
    {
        using var scope = NewDisposeScope();
        var thread = new Thread(() => zeros(1).Dispose());
        Tensor? other = null;
        thread = new Thread(() => other = zeros(1));
        thread.Start();
        thread.Join();

        Assert.Equal(0, scope.DisposablesCount);
        other!.Dispose();
    }

    [Fact]
    public void InPlaceOperations_ReturnAnotherWrapperOfTheSameData()
    {
        var x = ones(3);
        using (var same = x.add_(ones(3)))
            Assert.NotSame(x, same);

        Assert.False(x.IsInvalid);
        Assert.Equal([2f, 2f, 2f], x.data<float>().ToArray());
    }

    [Fact]
    public void AParameter_TakesTheTensorOver()
    {
        var data = zeros(2);
        var parameter = nn.Parameter(data);

        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad);
        Assert.True(parameter.is_leaf);
    }
}
