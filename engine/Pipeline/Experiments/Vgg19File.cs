using IconDiffusion.Evaluation.Features.Pickles;
using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Kernels;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Of torchvision's VGG-19, 575 MB, what style transfer sees with: its convolutions, 52 MB.</summary>
public static class Vgg19File
{
    /// <summary>Keeps them, atomically.</summary>
    /// <param name="tensors">Those of <c>vgg19-*.pth</c>.</param>
    /// <param name="path">Where <see cref="DataFolder.Vgg19Weights"/> is.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, or of another shape.</exception>
    public static void Keep(IReadOnlyDictionary<string, PickledTensor> tensors, string path)
    {
        using var scope = NewDisposeScope();
        var kept = StyleNetwork.Vgg19Tensors.ToDictionary(wanted => wanted.Key, wanted =>
            tensors.TryGetValue(wanted.Key, out var found) && found.Shape.SequenceEqual(wanted.Value) ? tensor(found.ToFloats()).reshape(wanted.Value)
            : throw new InvalidDataException($"The weights of VGG-19 have {(found is null ? "no" : $"shape [{string.Join(", ", found.Shape)}] of")} '{wanted.Key}'; wanted [{string.Join(", ", wanted.Value)}]."));
        AtomicFile.Write(path, stream => Safetensors.Write(stream, kept));
    }
}
