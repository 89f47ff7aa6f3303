using IconDiffusion.Engine.Diffusion;
using IconDiffusion.Engine.Imaging;
using IconDiffusion.Engine.Models;
using IconDiffusion.Engine.Sampling;
using IconDiffusion.Engine.Training;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Experiments;

/// <summary>
/// Draws icons from a trained model into PNG files, one batch after the other. Icon i is the same whoever draws it and with
/// whichever count, so files that are there already are kept.
/// </summary>
public sealed class IconWriter(RunSpec spec, RunFolder folder, Device device, TimeProvider time)
{
    /// <summary>Draws icons 0 … count − 1 that are missing until all are there or the budget is used up.</summary>
    /// <param name="model">The averaged weights.</param>
    /// <param name="report">(model calls done, model calls in all), about once per call.</param>
    /// <param name="cancellation">Heeded before each model call; whole batches stay.</param>
    /// <returns>Icons there are now, from 0 without a gap, and the time this call took.</returns>
    public SamplingSummary Draw(Unet model, Action<double, double> report, CancellationToken cancellation)
    {
        var sampling = spec.Sampling;
        var ddpm = (DdpmSpec)spec.Model;
        using var diffusion = new GaussianDiffusion(ddpm.Diffusion, device);
        var sampler = Samplers.Create(sampling.Sampler, diffusion);
        var missing = Enumerable.Range(0, sampling.Count).Where(i => !File.Exists(folder.SampleFile(sampling.Sampler, i))).ToArray();
        var batches = Batches(missing, sampling.BatchSize).ToArray();
        var start = time.GetTimestamp();
        model.eval();
        for (var b = 0; b < batches.Length; b++)
        {
            // The next batch is started only if it is likely to end within the budget.
            var worked = time.GetElapsedTime(start);
            if (b > 0 && worked + worked / b > sampling.Budget)
                break;
            var done = b;
            DrawBatch(batches[b], new Reporter<int>(calls =>
                report(done + (double)calls / sampler.ModelCalls, batches.Length)));
        }
        var count = Enumerable.Range(0, sampling.Count).TakeWhile(i => File.Exists(folder.SampleFile(sampling.Sampler, i))).Count();
        return new() { Count = count, Time = time.GetElapsedTime(start) };

        void DrawBatch((int First, int Count) batch, IProgress<int> progress)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            using var noise = new IconNoise(spec.Seed, batch.First, batch.Count, model.Channels, spec.Dataset.ImageSize, device);
            var icons = sampler.Sample(model.call, noise, progress, cancellation);
            var images = IconImages.From(icons);
            for (var i = 0; i < batch.Count; i++)
                ImageFile.SavePng(folder.SampleFile(sampling.Sampler, batch.First + i), images[i]);
        }
    }

    // Consecutive numbers in groups of at most the batch size.
    private static IEnumerable<(int First, int Count)> Batches(int[] numbers, int size)
    {
        for (var i = 0; i < numbers.Length;)
        {
            var count = 1;
            while (count < size && i + count < numbers.Length && numbers[i + count] == numbers[i] + count)
                count++;
            yield return (numbers[i], count);
            i += count;
        }
    }
}
