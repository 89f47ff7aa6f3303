using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>Gradients that can themselves be differentiated, for steps whose kernels have a first derivative only.</summary>
internal static class Composed
{
    /// <summary>Computes the step once more, composed of libtorch's operations, and differentiates that.</summary>
    /// <param name="inputs">Inputs as they came; null for one that was not given.</param>
    /// <param name="dy">The gradient by the step's output.</param>
    /// <param name="step">The step.</param>
    public static Tensor?[] Gradient(Tensor?[] inputs, Tensor dy, Func<Tensor?[], Tensor> step)
    {
        var wanted = inputs.Where(input => input is not null && input.requires_grad).Select(input => input!).ToArray();
        var found = new Queue<Tensor?>(Gradients.Find([step(inputs)], wanted, [dy], createGraph: true));
        return Array.ConvertAll(inputs, input => input is not null && input.requires_grad ? found.Dequeue() : null);
    }
}
