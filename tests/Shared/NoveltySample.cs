using IconDiffusion.Data;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Tests;

/// <summary>Reports that were never measured: pixel distances are true, everything else follows from them or from a seed.</summary>
internal static class NoveltySample
{
    public static readonly string[] Controls = ["copycat", "shifted copy", "mirrored copy", "recoloured background", "held-out", "uniform noise"];

    /// <summary>How well a run enlarges twelve icons of noise, by features that much better or worse than interpolation.</summary>
    public static EnlargedReport Enlarged(double gain)
    {
        return new()
        {
            Count = 12, From = 8, ImageSize = 16, Features = "resnet18-imagenet e2552f19",
            Rows = [Row(EnlargedBy.Bicubic, 21.5, 0.5, 0.25), Row(EnlargedBy.Lanczos, 22.5, 0.5, 0.5), Row(EnlargedBy.Stage, 23.5, 0.75, 0.125)],
        };

        EnlargedRow Row(EnlargedBy by, double psnr, double ssim, double features) => new(
            by, [Of("psnr", psnr, 1), Of("ssim", ssim, 0.1), Of("enlarged-features", features, 0.01)],
            by == EnlargedBy.Stage ? [] : [Of("psnr", 23.5 - psnr, 0.5), Of("ssim", 0.25, 0.05), Of("enlarged-features", gain, 0.01)]);

        Figure Of(string key, double value, double reach) => new(key, value, value - reach, value + reach, 12);
    }

    /// <summary>A report on these icons; <paramref name="training"/> also plays the held-out ones.</summary>
    public static ReportedSet Make(IconPixels training, IconPixels generated, string title, RunResult? run = null, bool withParts = false)
    {
        var random = new SplitMix64(title.Length + training.Count);
        double Draw() => random.Below(1 << 20) / (double)(1 << 20);
        var nearest = NearestNeighbour.Find(generated, training);
        double[] among = [.. Enumerable.Range(0, training.Count).Select(i => Enumerable.Range(0, training.Count).Where(j => j != i)
            .Min(j => training[i].ToArray().Zip(training[j].ToArray(), (a, b) => (double)Math.Abs(a - b)).Average()))];
        string[] names = [.. Enumerable.Range(0, training.Count).Select(i => $"face-{i:000}.png")];

        double[] reach = [.. among.Select(d => 0.8 * d).Order()];
        var threshold = reach[reach.Length / 100];
        double Percentile(double aligned) => 100.0 * reach.Count(d => d < aligned) / reach.Length;
        IconNovelty[] icons = [.. nearest.Select((match, i) =>
        {
            var aligned = 0.8 * match.Distance;
            var copy = aligned < threshold;
            var sources = Enumerable.Range(0, 64).Select(p => p % 8 is 0 or 7 ? -1 : copy || Draw() < 0.4 ? match.Index : random.Below(training.Count)).ToArray();
            var used = sources.Where(source => source >= 0).GroupBy(source => source).Select(group => group.Count()).ToArray();
            return new IconNovelty(i, copy,
                [
                    new(DistanceSpace.Pixel, match.Index, names[match.Index], match.Distance, match.Distance * 1.3, Percentile(aligned)),
                    new(DistanceSpace.Aligned, match.Index, names[match.Index], aligned, aligned * 1.4, Percentile(aligned), Mirrored: i % 3 == 0, ShiftX: i % 4, ShiftY: -(i % 2)),
                    new(DistanceSpace.Feature, (match.Index + 1) % training.Count, names[(match.Index + 1) % training.Count], match.Distance / 400, match.Distance / 300, Percentile(aligned)),
                ],
                new(used.Length, used.Max() / (double)used.Sum(), new(8, [.. sources], [.. sources.Select(_ => 40 * Draw())])));
        })];

        NoveltyRow Row(SetKind name, IReadOnlyList<double> pixel, IReadOnlyList<double> aligned)
        {
            var copies = aligned.Count(d => d < threshold);
            return new(name, name != SetKind.Generated, pixel.Count, copies, [.. FigureCatalogue.All.Where(each => each.Space != DistanceSpace.Descriptor).Select(each => Figure(each, name, (double)copies / pixel.Count, pixel.Count))],
                [new(DistanceSpace.Pixel, [.. pixel]), new(DistanceSpace.Aligned, [.. aligned]), new(DistanceSpace.Feature, [.. pixel.Select(d => d / 400)])]);
        }
        Figure Figure(FigureDefinition each, SetKind name, double copies, int n)
        {
            var value = each.Key switch
            {
                "copies" => copies,
                "nwi" => name == SetKind.Copycat ? -3.1 : -20 - (60 * Draw()),
                _ => each.Unit switch { "share" => Draw(), "%" => 100 * Draw(), "σ" => 6 * (Draw() - 0.7), _ => 40 * Draw() },
            };
            return (name, each.Key) switch
            {
                (SetKind.Copycat, "fid-infinity") => new(each.Key, null, N: n, M: training.Count, Note: "found 20 icons; 15 sizes of subsets need at least 30"),
                (_, "kid") => new(each.Key, value, N: n, M: training.Count, K: 100, Spread: value / 5),
                _ => new(each.Key, value, Math.Max(value * 0.8, value - 0.04), value * 1.1, n, training.Count, each.Key is "recall" or "precision" ? 5 : null),
            };
        }
        double[] generatedPixel = [.. nearest.Select(match => match.Distance)], zero = [.. among.Select(_ => 0.0)];
        NoveltyRow[] rows =
        [
            Row(SetKind.Generated, generatedPixel, [.. generatedPixel.Select(d => 0.8 * d)]),
            Row(SetKind.Copycat, zero, zero),
            Row(SetKind.Shifted, [.. among.Select(d => 0.9 * d)], [.. among.Select(_ => 0.2 * Draw())]),
            Row(SetKind.Mirrored, [.. among.Select(d => 0.4 * d)], zero),
            Row(SetKind.Recoloured, [.. among.Select(d => 0.7 * d)], [.. among.Select(_ => 0.8 * Draw())]),
            Row(SetKind.HeldOut, [.. among.Take(40).Select(d => d * (0.9 + (0.2 * Draw())))], [.. among.Take(40).Select(d => 0.8 * d * (0.99 + (0.2 * Draw())))]),
            Row(SetKind.Noise, [.. among.Select(_ => 88 + Draw())], [.. among.Select(_ => 86 + Draw())]),
        ];
        var count = rows[0].Copies;
        var novelty = new NoveltyReport
        {
            Title = title, Settings = new(), TrainingCount = training.Count, GeneratedCount = generated.Count, HeldOutCount = Math.Min(40, training.Count),
            ImageSize = training.ImageSize, Features = "inception-v3 random",
            Verdict = new($"{CopyVerdict.Heading(count)}: {count} of {generated.Count} icons lie closer to one training icon than 99 % of training icons lie to each other (aligned distance below {threshold:0.00} of 255).",
                count, generated.Count, threshold, [$"Of {rows[2].Count} shifted copies, {rows[2].Copies} were found; of {rows[5].Count} held-out icons, {rows[5].Copies} are called copies."]),
            Rows = [.. rows],
            Calibration = [new(DistanceSpace.Pixel, [.. among]), new(DistanceSpace.Aligned, [.. among.Select(d => 0.8 * d)]), new(DistanceSpace.Feature, [.. among.Select(d => d / 400)])],
            Icons = [.. icons], Duplicates = [new([0, 1, 2], count / 2), new([3, 5], 0)],
            Notes = ["random features: not comparable with published FID", "<b>a note that looks like markup</b> & more"],
        };
        return new(novelty, run, withParts ? Parts(generated.Count, training.Count, Draw) : null, new([.. names], training), generated.ToImage);
    }

    private static RecombinationReport Parts(int count, int training, Func<double> draw)
    {
        string[] layers = ["hair", "brows", "eyes", "nose", "mouth", "beard", "glasses", "shirt"];
        IconParts[] icons = [.. Enumerable.Range(0, count).Select(i => (RecombinationClass)(int)(3 * draw()) is var kind
            ? new IconParts(i, kind, [.. layers.Select((layer, j) => new PartMatch(layer, kind == RecombinationClass.Unexplained && j == 2 ? null : $"{layer}-{i % 6}", 12 * draw(), 0, 0))],
                kind == RecombinationClass.Copy ? i % training : null) : null!)];
        Figure Share(string key, RecombinationClass kind) => icons.Count(icon => icon.Class == kind) / (double)count is var share
            ? new(key, share, Math.Max(0, share - 0.05), share + 0.05, count, training) : null!;
        return new()
        {
            Count = count, TrainingCount = training, Icons = [.. icons],
            Figures = [Share("copy", RecombinationClass.Copy), Share("recombination", RecombinationClass.Recombination), Share("unexplained", RecombinationClass.Unexplained), new("layout-shift", 1.4, 1.1, 1.7, count, training, Note: "distance of a known part from its place in the layout, pixels, mean over an icon's parts")],
            Layers = [.. layers.Select(layer => new LayerRecognition(layer, 0.6 + (0.4 * draw()), [new($"{layer}-0", 10, 20)]))],
        };
    }
}
