using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>Makes the method that a spec describes.</summary>
public static class AdversarialMethods
{
    /// <summary>The method at its beginning: weights drawn from the run's seed.</summary>
    /// <param name="spec">A run whose model is a <see cref="GanSpec"/>.</param>
    /// <param name="device">Where its networks are to be.</param>
    public static IAdversarialMethod Create(RunSpec spec, Device device) => spec.Model switch
    {
        DcganSpec dcgan => new DcganMethod(dcgan, spec.Dataset.ImageSize, spec.Seed, device),
        WganGpSpec wgan => new WganGpMethod(wgan, spec.Dataset.ImageSize, spec.Seed, device),
        StyleGan2Spec style => new StyleGan2Method(style, spec.Dataset.ImageSize, spec.Seed, device),
        _ => throw new ArgumentException($"Model '{spec.Model.Label}' is not trained adversarially.", nameof(spec)),
    };

    /// <summary>A generator without its weights, to load a finished run's into.</summary>
    /// <param name="spec">The method and its shape.</param>
    /// <param name="imageSize">Side of the icons in pixels.</param>
    public static IIconGenerator CreateGenerator(GanSpec spec, int imageSize) => spec switch
    {
        DcganSpec dcgan => new DcganGenerator(dcgan, imageSize),
        WganGpSpec wgan => new WganGpGenerator(wgan, imageSize),
        StyleGan2Spec style => new StyleGan2IconGenerator(new StyleGan2Generator(style, imageSize)),
        _ => throw new ArgumentException($"Model '{spec.Label}' is not known to have a generator.", nameof(spec)),
    };
}
