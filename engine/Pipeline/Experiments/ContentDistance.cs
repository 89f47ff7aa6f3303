using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>How close a style transfer's icons stay to those whose shapes they keep: as MAE, but each to its own content icon, not to the nearest.</summary>
internal static class ContentDistance
{
    /// <summary>Mean absolute difference of RGB values, 0…255; null: the run is no style transfer.</summary>
    /// <param name="generated">The run's icons from 0 on.</param>
    /// <exception cref="FileNotFoundException">The run's weights, which hold the content icons, are not here.</exception>
    public static double? Of(RunFolder folder, RunSpec run, IconPixels generated)
    {
        if (run.Model is not StyleTransferSpec { Network: { } network }) return null;
        using var statistics = StyleStatistics.Read(folder, StyleNetwork.SizeOf(network).Layers);
        var content = new IconPixels(statistics.Content.data<byte>().ToArray(), generated.ImageSize);
        return Enumerable.Range(0, generated.Count).Average(icon =>
            (double)PixelDistance.Sum(generated[icon], content[StyleStatistics.ContentOf(run.Seed, icon, content.Count)]) / generated.BytesPerIcon);
    }
}
