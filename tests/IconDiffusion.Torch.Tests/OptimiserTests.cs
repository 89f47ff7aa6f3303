using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

public sealed class OptimiserTests
{
    [Fact]
    public void Adam_FollowsItsFormula()
    {
        using var scope = NewDisposeScope();
        var parameter = nn.Parameter(tensor([1f, -2f]));
        using var adam = optim.Adam([parameter], lr: 0.1, weight_decay: 0.01);
        double[] p = [1, -2], m = [0, 0], v = [0, 0];

        for (int t = 1; t <= 5; t++)
        {
            adam.zero_grad();
            parameter.square().sum().backward();
            adam.step();
            for (int i = 0; i < 2; i++)
            {
                double g = 2 * p[i] + 0.01 * p[i];
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                p[i] -= 0.1 / (1 - Math.Pow(0.9, t)) * m[i] / (Math.Sqrt(v[i]) / Math.Sqrt(1 - Math.Pow(0.999, t)) + 1e-8);
            }
        }

        // float32 against float64 over five steps of size 0.1.
        Assert.All(parameter.data<float>().Zip(p), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void Sgd_WithMomentum_FollowsItsFormula()
    {
        using var scope = NewDisposeScope();
        var parameter = nn.Parameter(tensor(1.0));
        using var sgd = optim.SGD([parameter], 0.1, momentum: 0.9);
        double p = 1, velocity = 0;

        for (int t = 0; t < 4; t++)
        {
            sgd.zero_grad();
            parameter.square().backward();
            sgd.step();
            velocity = 0.9 * velocity + 2 * p;
            p -= 0.1 * velocity;
        }

        Assert.Equal(p, parameter.item<double>(), 1e-12);
    }

    [Fact]
    public void AParameterWithoutGradient_IsLeftAlone()
    {
        var parameter = nn.Parameter(ones(1));
        using var adam = optim.Adam([parameter]);
        adam.step();

        Assert.Equal(1, parameter.item<float>());
    }

    [Fact]
    public void TheLearningRate_CanChange()
    {
        using var adam = optim.Adam([nn.Parameter(ones(1))], lr: 1);
        foreach (var group in adam.ParamGroups)
            group.LearningRate = 0.5;

        Assert.Equal(0.5, adam.ParamGroups.Single().LearningRate);
        Assert.Equal(1, adam.ParamGroups.Single().InitialLearningRate);
    }
}
