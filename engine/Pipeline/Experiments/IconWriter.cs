using IconDiffusion.Evaluation;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// Draws icons from a trained model into PNG files, one batch after the other. Icon i is the same whoever draws it and with
/// whichever count, so files that are there already are kept.
/// </summary>
public sealed class IconWriter(RunFolder folder, SamplingSpec sampling, IIconSource source)
{
    /// <summary>Draws those of icons <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1 that are missing.</summary>
    /// <param name="report">(batches done, in fractions, and batches in all), about once per model call.</param>
    /// <param name="more">Asked before each batch but the first, with the number of batches done: whether to go on.</param>
    /// <param name="cancellation">Heeded before each model call; whole batches stay.</param>
    /// <returns>Icons there are now from <paramref name="first"/> on without a gap.</returns>
    public int Draw(int first, int count, Action<double, double> report, Func<int, bool> more, CancellationToken cancellation)
    {
        var missing = Enumerable.Range(first, count).Where(i => !IsThere(i)).ToArray();
        var batches = Batches(missing, sampling.BatchSize).ToArray();
        for (var b = 0; b < batches.Length && (b == 0 || more(b)); b++)
        {
            var done = b;
            Draw(batches[b], new Reporter<int>(calls => report(done + (double)calls / source.Calls, batches.Length)), cancellation);
        }
        return Enumerable.Range(first, count).TakeWhile(IsThere).Count();
    }

    private bool IsThere(int icon) => File.Exists(folder.SampleFile(sampling.Sampler, icon));

    private void Draw((int First, int Count) batch, IProgress<int> progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var images = IconImages.From(source.Draw(batch.First, batch.Count, progress, cancellation));
        for (var i = 0; i < batch.Count; i++)
            ImageFile.SavePng(folder.SampleFile(sampling.Sampler, batch.First + i), images[i]);
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
