using System.CommandLine;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;

namespace IconDiffusion.Benchmarks;

/// <summary>Fréchet distance of 158 against 1024 feature vectors, and nearest neighbours of 1024 among 158 icons at 128×128.</summary>
internal static class MetricsBenchmark
{
    public static Command Create()
    {
        var what = new Argument<string>("what") { Description = "fid or mae" }.AcceptOnlyFromAmong("fid", "mae");
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var command = new Command("metric", "Median seconds of three.") { what, threads };
        command.SetAction(parsed =>
        {
            ComputeDevice.Open("cpu", parsed.GetValue(threads));
            Measurement.Print(Measurement.MedianSeconds(3, device: null, parsed.GetValue(what) == "fid" ? Fid() : Mae()));
        });
        return command;
    }

    private static Action Fid()
    {
        var random = new Random(3407);
        FeatureStatistics Features(int count) => new([.. Enumerable.Range(0, count * 2048).Select(_ => random.NextSingle())], 2048);
        var (a, b) = (Features(158), Features(1024));
        return () => FrechetDistance.Between(a, b);
    }

    private static Action Mae()
    {
        var random = new Random(3407);
        IconPixels Icons(int count)
        {
            var pixels = new byte[count * 128 * 128 * 3];
            random.NextBytes(pixels);
            return new(pixels, 128);
        }
        var (generated, training) = (Icons(1024), Icons(158));
        return () => NearestNeighbour.Find(generated, training);
    }
}
