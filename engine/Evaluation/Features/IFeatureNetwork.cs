using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Features;

/// <summary>A network that describes icons. Used by one thread at a time.</summary>
internal interface IFeatureNetwork : IDisposable
{
    /// <summary>Length of a feature vector.</summary>
    int FeatureCount { get; }

    /// <summary>Features of icons, each to the last bit the same whatever icons come with it.</summary>
    /// <param name="icons">At most <see cref="FeatureExtractor.BatchSize"/>.</param>
    /// <returns>float32 [N, FeatureCount], row-major.</returns>
    float[] Describe(IconPixels icons);
}
