using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Draws one batch of a run's icons and extracts their features. Batches may be worked on in any order and place.</summary>
public static class SampleStage
{
    // What feature extraction takes beside drawing, as a part of the bar.
    private const double FeaturesShare = 0.1;

    /// <inheritdoc cref="TrainingStage.Run"/>
    /// <returns>The batch's icons, and the time it took to draw what was missing of them.</returns>
    /// <exception cref="ConsentException">The consent for the data set, or for weights that its training started from, has ended.</exception>
    /// <exception cref="FileNotFoundException">Training has not ended, or the Inception weights are missing.</exception>
    public static SamplingSummary Run(SampleWork work, WorkContext context, CancellationToken cancellation)
    {
        var (folder, sampling) = (context.Folder(work), work.Run.Sampling);
        context.Fence?.Enter(takeOver: true);
        ConsentGate.Require(context.Data, work.DatasetFingerprint, context.Time);
        TransferSource.RequireConsents(context.Data, folder, work.Run, context.Time);
        var features = new SampleFeatures(folder, sampling.Sampler, context.Bench.Features(work.Run.Evaluation, context.Data), context.Warn);

        // Icons.
        var start = context.Time.GetTimestamp();
        var writer = new IconWriter(folder, sampling, context.Bench.Icons(work.RunId, folder, work.Run));
        writer.Draw(work.First, work.Count, (done, total) => Report(done / total * (1 - FeaturesShare)), _ => true, cancellation);
        var time = context.Time.GetElapsedTime(start);

        // Their features.
        features.Of(Read(folder, sampling.Sampler, work.First, work.Count), progress: null, cancellation);
        context.Fence?.Verify();
        Report(1);
        return new() { Count = work.Count, Time = time };

        void Report(double part) => context.Report(new()
        {
            Done = work.Count * part,
            Total = work.Count,
            Worked = context.Time.GetElapsedTime(start),
        });
    }

    /// <summary>Icons that have been drawn, as they are measured.</summary>
    internal static IconPixels Read(RunFolder folder, SamplerSpec sampler, int first, int count) =>
        IconPixels.From([.. Enumerable.Range(first, count).Select(i => ImageFile.Load(folder.SampleFile(sampler, i), Rgb.White))]);
}
