using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Metrics;

/// <summary>
/// The setting and the figures of the preprint's Table 2, for standing beside our own. Its FID and its NWI weigh two
/// different things against each other; what can be set beside our figures is their sum, the MAE.
/// </summary>
public static class Preprint
{
    public const int GeneratedCount = 1024;

    public const int TrainingCount = 158;

    public const int ImageSize = 128;

    /// <summary>NWI + FID of the method in the preprint, RGB in 0…255; null: it has no such row.</summary>
    public static double? Mae(ModelSpec model) => model switch
    {
        DdpmSpec { Unet: { Dim: 64, Knockout: { SkipLevels.Count: 0, BottleneckAttention: false } } unet } =>
            unet.DimMults.ToString() switch
            {
                "(1,2,4,8)" => 24.3,
                "(1,16)" or "(1,4,16)" => 56.8,  // its "hourglass"
                _ => null,
            },
        _ => null,
    };
}
