using System.CommandLine;
using IconDiffusion.Data;
using IconDiffusion.Evaluation.Novelty.Aligned;
using IconDiffusion.Evaluation.Novelty.Patches;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;

namespace IconDiffusion.Benchmarks;

/// <summary>The pixel side of the novelty report: 1024 icons against 158 at 128×128, and duplicates among 10,000.</summary>
internal static class NoveltyBenchmark
{
    private const int Size = 128;

    public static Command Create()
    {
        var what = new Argument<string>("what") { Description = "aligned, chimera or duplicates" }.AcceptOnlyFromAmong("aligned", "chimera", "duplicates");
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var noise = new Option<int>("--noise") { Description = "Uniform noise on the icons, levels.", DefaultValueFactory = _ => 8 };
        var command = new Command("novelty", "Median seconds of three, CPU seconds and peak memory.") { what, threads, noise };
        command.SetAction(parsed => Measurement.PrintMedian(
            3, ComputeDevice.Open("cpu", parsed.GetValue(threads)), Work(parsed.GetValue(what)!, parsed.GetValue(noise))));
        return command;
    }

    private static Action Work(string what, int noise)
    {
        if (what == "duplicates")
        {
            var icons = Enumerable.Range(0, 10_000).Select(i => new NamedIcon($"{i}", new(Size, Size, Face(i, noise)))).ToList();
            return () => Duplicates.Groups(icons);
        }
        var (queries, training) = (Icons(1024, first: 1000, noise), Icons(158, first: 0, noise: 0));
        var shift = AlignedDistance.ShiftAt(Size);
        return what == "aligned"
            ? () => AlignedDistance.Find(queries, training, shift, default)
            : () => ChimeraMap.Find(queries, training, shift, default);
    }

    private static IconPixels Icons(int count, int first, int noise)
    {
        var pixels = new byte[count * Size * Size * 3];
        Parallel.For(0, count, i => Face(first + i, noise).CopyTo(pixels, i * Size * Size * 3));
        return new(pixels, Size);
    }

    // Discs of face, eyes and mouth in random colours and places, on white.
    private static byte[] Face(int seed, int noise)
    {
        var random = new SplitMix64(seed);
        var pixels = new byte[Size * Size * 3];
        Array.Fill<byte>(pixels, 255);
        foreach (var (x, y, radius) in ((int, int, int)[])[(64, 50, 46), (64, 70, 40), (48, 62, 6), (80, 62, 6), (64, 88, 10)])
            Disc(pixels, x + random.Below(9) - 4, y + random.Below(9) - 4, radius + random.Below(5), random.Next());
        for (var i = 0; noise > 0 && i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(pixels[i] + random.Below(2 * noise + 1) - noise, 0, 255);
        return pixels;
    }

    private static void Disc(byte[] pixels, int centreX, int centreY, int radius, ulong colour)
    {
        for (var y = 0; y < Size; y++)
            for (var x = 0; x < Size; x++)
                if ((x - centreX) * (x - centreX) + (y - centreY) * (y - centreY) <= radius * radius)
                    for (var c = 0; c < 3; c++) pixels[(y * Size + x) * 3 + c] = (byte)(colour >> 8 * c);
    }
}
