using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Tests.Metrics;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Tests.Features;

// Alone, as it changes how many threads the process has.
[Collection(nameof(TrainingCollection))]
public sealed class FeatureExtractorTests
{
    // With three threads oneDNN rounds otherwise for one or two images than for more, if nothing is done about it.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void AnIconsFeatures_DoNotDependOnItsCompany(int threads)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            using var extractor = FeatureExtractor.Random(CPU);
            var icons = NoisyIcons.Make(7, 8, 5);
            var whole = extractor.Extract(icons, CancellationToken.None);
            FeatureStatistics Part(int first, int count) => extractor.Extract(
                new(icons.Data.Slice(first * icons.BytesPerIcon, count * icons.BytesPerIcon), icons.ImageSize), CancellationToken.None);

            Assert.Equal(whole.Values, FeatureStatistics.Merge([Part(0, 2), Part(2, 1), Part(3, 4)]).Values);
        }
        finally
        {
            set_num_threads(before);
        }
    }
}
