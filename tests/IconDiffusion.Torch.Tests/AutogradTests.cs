using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

public sealed class AutogradTests
{
    [Fact]
    public void Backward_AccumulatesTheGradientOfTheLeaves()
    {
        using var scope = NewDisposeScope();
        var x = tensor([2.0, 3.0], requires_grad: true);
        x.pow(3).sum().backward();
        x.sum().backward();

        Assert.Equal([13, 28], x.grad!.data<double>().ToArray());  // 3x² + 1
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void GradOfGrad_IsTheSecondDerivative()
    {
        using var scope = NewDisposeScope();
        var x = tensor([2.0], requires_grad: true);
        var first = autograd.grad([x.pow(4).sum()], [x], retain_graph: true, create_graph: true)[0];
        var second = autograd.grad([first.sum()], [x])[0];

        Assert.Equal(32, first.item<double>());   // 4x³
        Assert.Equal(48, second.item<double>());  // 12x²
    }

    [Fact]
    public void AGradientPenalty_DifferentiatesThroughAConvolution()
    {
        using var scope = NewDisposeScope();
        var x = ones([1, 1, 4, 4], float64, requires_grad: true);
        var weight = full([1, 1, 3, 3], 0.5, float64, requires_grad: true);
        var score = nn.functional.conv2d(x, weight).square().sum();
        var gradient = autograd.grad([score], [x], retain_graph: true, create_graph: true)[0];
        var penalty = gradient.square().sum();
        penalty.backward();

        // The penalty is a polynomial of degree 4 in a common factor of the weights: Euler's w · ∂f/∂w = 4 f.
        Assert.Equal(4 * penalty.item<double>(), (weight * weight.grad!).sum().item<double>(), 1e-9);
    }

    [Fact]
    public void AnUnusedInput_HasNoGradientWhereThatIsAllowed()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(1.0, requires_grad: true), unused = tensor(1.0, requires_grad: true);

        Assert.Null(autograd.grad([x * 2], [x, unused], allow_unused: true)[1]);
        Assert.Throws<TorchException>(() => autograd.grad([x * 2], [x, unused]));
    }

    [Fact]
    public void WithoutGradients_NothingIsRecorded()
    {
        using var scope = NewDisposeScope();
        var x = ones(1, requires_grad: true);
        Tensor inside, inferred;
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            inside = x * 2;
            using (enable_grad())
                Assert.True((x * 2).requires_grad);
        }
        using (inference_mode())
            inferred = x * 2;

        Assert.True(is_grad_enabled());
        Assert.False(inside.requires_grad);
        Assert.False(inferred.requires_grad);
        Assert.True((x * 2).requires_grad);
        Assert.False(x.detach().requires_grad);
    }

    [Fact]
    public void RetainGrad_KeepsTheGradientOfAnIntermediate()
    {
        using var scope = NewDisposeScope();
        var x = ones(1, requires_grad: true);
        var y = x * 3;
        y.retain_grad();
        (y * 2).sum().backward();

        Assert.Equal(2, y.grad!.item<float>());
        Assert.False(y.is_leaf);
    }

    [Fact]
    public void GivenGradients_WeighTheOutputs()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        (x * 1).backward([tensor([2f, 5f])]);

        Assert.Equal([2f, 5f], x.grad!.data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => autograd.backward([x.sum()], [ones(1), ones(1)]));
    }
}
