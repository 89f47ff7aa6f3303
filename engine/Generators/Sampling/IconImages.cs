using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Sampling;

/// <summary>From what a sampler returns to pictures.</summary>
public static class IconImages
{
    /// <param name="icons">float32 [N,3,H,W] around −1…1, on any device; clamped.</param>
    /// <returns>N pictures.</returns>
    public static Image[] From(Tensor icons)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)icons.shape[2], (int)icons.shape[3]);
        var pixels = PixelRange.ToPixels(icons).permute(0, 2, 3, 1).contiguous().cpu().data<byte>().ToArray(); // [N,H,W,3]
        return [.. pixels.Chunk(height * width * 3).Select(icon => new Image(width, height, icon))];
    }
}
