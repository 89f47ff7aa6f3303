using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Novelty;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;

namespace IconDiffusion.Benchmarks;

/// <summary>
/// A whole novelty report: 158 Noto faces as training icons, the next as held-out ones, and as generated icons faces of the rest, moved,
/// blended with another one and noisy, a tenth of them copies. Features are kept, so a second run has them there.
/// </summary>
internal static class NoveltyReportBenchmark
{
    private const int TrainingCount = 158, HeldOutCount = 39;

    public static Command Create()
    {
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 128, Description = "Pixels in width and height." };
        var count = new Option<int>("--count") { DefaultValueFactory = _ => 1024, Description = "Generated icons." };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var features = new Option<DirectoryInfo>("--features") { Required = true, Description = "Folder that keeps features between runs." };
        var output = new Option<FileInfo?>("--out") { Description = "Where the report goes, as JSON." };
        var command = new Command("report", "Seconds of each stage of a novelty report.") { size, count, threads, features, output };
        command.SetAction((parsed, cancellation) =>
        {
            var device = ComputeDevice.Open("cpu", parsed.GetValue(threads));
            Run(parsed.GetValue(size), parsed.GetValue(count), parsed.GetRequiredValue(features), parsed.GetValue(output), device, cancellation);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Run(int size, int count, DirectoryInfo features, FileInfo? output, ComputeDevice device, CancellationToken cancellation)
    {
        var all = DatasetSource.Prepare(new NotoFacesSpec { Count = 618, ImageSize = size }, TimeProvider.System);
        var icons = all.Training.Pixels;
        var (training, heldOut) = (Part(icons, 0, TrainingCount), Part(icons, TrainingCount, HeldOutCount));
        var generated = Generate(Part(icons, TrainingCount + HeldOutCount, icons.Count - TrainingCount - HeldOutCount), training, count);
        using var extractor = FeatureExtractor.Random(device.Device);
        var cache = new FeatureCache(features.FullName);
        var key = $"benchmark-{size}-{count}";
        var ofGenerated = cache.Load(key, extractor.WeightsId, count);
        if (ofGenerated is null) cache.Save(key, extractor.WeightsId, ofGenerated = extractor.Extract(generated, cancellation));

        var clock = Stopwatch.StartNew();
        var starts = new List<(string Stage, double Second)>();
        var report = new NoveltyReporter(extractor, cache).Make(new()
        {
            Title = "benchmark",
            Training = new([.. Enumerable.Range(0, training.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))], training),
            TrainingFingerprint = $"{all.Fingerprint}-{TrainingCount}",
            Generated = generated,
            GeneratedFeatures = _ => ofGenerated,
            HeldOut = heldOut,
        }, cancellation, (stage, _, _) =>
        {
            lock (starts)
                if (starts.Count == 0 || starts[^1].Stage != stage) starts.Add((stage, clock.Elapsed.TotalSeconds));
        });
        var seconds = clock.Elapsed.TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            seconds,
            cpu = process.TotalProcessorTime.TotalSeconds,
            rss = process.PeakWorkingSet64,
            stages = starts.ToDictionary(each => each.Stage, each => Math.Round(each.Second, 1)),
            verdict = report.Verdict,
        }, SpecJson.Indented));
        if (output is not null) File.WriteAllText(output.FullName, JsonSerializer.Serialize(report, SpecJson.Indented));
    }

    private static IconPixels Part(IconPixels icons, int from, int count) =>
        new(icons.Data.Slice(from * icons.BytesPerIcon, count * icons.BytesPerIcon), icons.ImageSize);

    private static IconPixels Generate(IconPixels others, IconPixels training, int count)
    {
        var random = new SplitMix64(3407);
        var pixels = new byte[count * others.BytesPerIcon];
        var moved = Controls.Shifted(others, Math.Max(1, others.ImageSize / 16), 1);
        for (var i = 0; i < count; i++)
        {
            var first = moved[random.Below(moved.Count)];
            var second = others[random.Below(others.Count)];
            if (i % 10 == 0) first = second = training[random.Below(training.Count)];
            var share = random.Below(2) == 0 ? 256 : 128 + random.Below(128);
            var icon = pixels.AsSpan(i * others.BytesPerIcon, others.BytesPerIcon);
            for (var k = 0; k < icon.Length; k++)
                icon[k] = (byte)Math.Clamp((first[k] * share + second[k] * (256 - share)) / 256 + random.Below(9) - 4, 0, 255);
        }
        return new(pixels, others.ImageSize);
    }
}
