using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>A way to run the reverse process.</summary>
public interface ISampler
{
    /// <summary>How often the model is asked for one batch.</summary>
    int ModelCalls { get; }

    /// <summary>Draws one batch of icons, without gradients.</summary>
    /// <param name="model">(x_t [N,C,H,W], t int64 [1]) → the prediction that the diffusion's objective names.</param>
    /// <param name="noise">Decides how many icons there are, of which shape and on which device.</param>
    /// <param name="progress">Told how many model calls are done, after each.</param>
    /// <param name="cancellation">Heeded before each model call.</param>
    /// <returns>float32 [N,C,H,W], pixels around −1…1.</returns>
    /// <exception cref="OperationCanceledException"/>
    Tensor Sample(
        Func<Tensor, Tensor, Tensor> model, INoise noise, IProgress<int>? progress, CancellationToken cancellation);
}
