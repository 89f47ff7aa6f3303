using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Diffusion;

/// <summary>Between pixels as files have them, uint8 in 0…255, and as models see them, float32 in −1…1.</summary>
public static class PixelRange
{
    /// <summary>uint8 of any shape → float32 in −1…1, the reference's <c>ToTensor</c> and normalisation.</summary>
    public static Tensor ToModel(Tensor pixels) => pixels.to(ScalarType.Float32).div_(255).mul_(2).sub_(1);

    /// <summary>float32 → uint8, what lies outside −1…1 clamped, rounded to the nearest as <c>torchvision.utils.save_image</c> does.</summary>
    public static Tensor ToPixels(Tensor images) =>
        images.add(1).mul_(127.5).add_(0.5).clamp_(0, 255).to(ScalarType.Byte);
}
