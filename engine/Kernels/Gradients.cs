using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>
/// Differentiation as <c>torch.autograd</c> does it, with every error as an exception: in TorchSharp some end the process.
/// </summary>
public static class Gradients
{
    /// <summary>Adds the gradients of <paramref name="loss"/> to those of the leaves it depends on; frees the graph.</summary>
    /// <param name="loss">One number.</param>
    public static void Backward(Tensor loss)
    {
        if (loss.numel() != 1) throw new ArgumentException($"The loss has shape [{string.Join(", ", loss.shape)}]; wanted one number.", nameof(loss));
        try
        {
            loss.backward();
        }
        finally
        {
            GraphNode.ReleaseReturned();
            GraphNode.ThrowFailure();
        }
    }

    /// <summary>The gradient of <paramref name="output"/> by <paramref name="input"/>, as <c>autograd.grad</c>.</summary>
    /// <param name="output">One number.</param>
    /// <param name="input">A tensor that requires a gradient.</param>
    /// <param name="createGraph">Makes the gradient itself differentiable, and keeps the graph.</param>
    /// <exception cref="ArgumentException">The output does not depend on the input.</exception>
    public static Tensor Of(Tensor output, Tensor input, bool createGraph = false) => Of([output], [input], createGraph: createGraph)[0];

    /// <summary>The gradients of the sum of the products of outputs and <paramref name="outputGradients"/>.</summary>
    /// <param name="outputs">Numbers, or tensors of any shape with as many gradients of the same shapes.</param>
    /// <param name="inputs">Tensors that require a gradient.</param>
    /// <param name="outputGradients">None for 1 each.</param>
    /// <param name="createGraph">Makes the gradients differentiable, and keeps the graph.</param>
    public static Tensor[] Of(Tensor[] outputs, Tensor[] inputs, Tensor[]? outputGradients = null, bool createGraph = false)
    {
        var found = Find(outputs, inputs, outputGradients, createGraph);
        for (var i = 0; i < found.Length; i++)
            if (found[i] is null) throw new ArgumentException($"The outputs do not depend on input {i}.", nameof(inputs));
        return found!;
    }

    /// <summary>As <see cref="Of(Tensor[], Tensor[], Tensor[], bool)"/>; null for an input that nothing depends on.</summary>
    internal static Tensor?[] Find(Tensor[] outputs, Tensor[] inputs, Tensor[]? outputGradients, bool createGraph)
    {
        Check(outputs, inputs, outputGradients);
        var kept = GraphNode.KeepsGraph;
        GraphNode.KeepsGraph = createGraph;
        try
        {
            var found = autograd.grad(outputs, inputs, outputGradients, retain_graph: createGraph, create_graph: createGraph, allow_unused: true);
            return [.. found.Select(gradient => gradient is null || gradient.IsInvalid ? null : gradient)];
        }
        finally
        {
            GraphNode.KeepsGraph = kept;
            GraphNode.ReleaseReturned();
            GraphNode.ThrowFailure();
        }
    }

    private static void Check(Tensor[] outputs, Tensor[] inputs, Tensor[]? outputGradients)
    {
        if (inputs.Length == 0 || outputs.Length == 0) throw new ArgumentException("There is nothing to differentiate.", nameof(inputs));
        if (outputGradients is not null && outputGradients.Length != outputs.Length)
            throw new ArgumentException($"{outputs.Length} outputs came with {outputGradients.Length} gradients.", nameof(outputGradients));
        for (var i = 0; i < outputs.Length; i++)
        {
            if (!outputs[i].requires_grad) throw new ArgumentException($"Output {i} is not part of a graph.", nameof(outputs));
            if (outputGradients is null ? outputs[i].numel() != 1 : !outputs[i].shape.SequenceEqual(outputGradients[i].shape))
                throw new ArgumentException($"Output {i} has shape [{string.Join(", ", outputs[i].shape)}]; wanted one number, or a gradient of that shape.");
        }
        foreach (var input in inputs)
            if (!input.requires_grad) throw new ArgumentException("An input does not require a gradient.", nameof(inputs));
    }
}
