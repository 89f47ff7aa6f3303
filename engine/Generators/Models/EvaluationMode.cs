using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>A network as a finished run uses it.</summary>
internal static class EvaluationMode
{
    /// <summary>Calls it with running statistics and without gradients, and leaves it in the mode that it was in.</summary>
    public static Tensor Call(nn.Module<Tensor, Tensor> network, Tensor input)
    {
        using var noGrad = no_grad();
        var wasTraining = network.training;
        network.eval();
        try
        {
            return network.call(input);
        }
        finally
        {
            network.train(wasTraining);
        }
    }
}
