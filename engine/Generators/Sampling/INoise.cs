using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>The random numbers of one batch of icons, in the order in which a sampler asks for them.</summary>
public interface INoise
{
    /// <summary>The next draw: float32 [N,C,H,W], standard normal, on the model's device. The first is x_T.</summary>
    Tensor Next();
}
