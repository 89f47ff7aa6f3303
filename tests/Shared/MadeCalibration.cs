using IconDiffusion.Data;
using IconDiffusion.Evaluation.Calibration;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Tests;

/// <summary>A calibration of 72 made icons of 16 px, 24 of which play the training set, with the means of a 4×4 grid as features.</summary>
public sealed class MadeCalibration
{
    public const int Size = 16;

    public CalibrationResult Result { get; } = Calibrate(Draw(72, 1), Bright(30));

    public FigureResponse Of(string figure, Disturbance disturbance) => Result.Find(figure, disturbance, Result.Settings.Sizes[^1])!;

    public ResponsePoint Last(string figure, Disturbance disturbance) => Of(figure, disturbance).Points[^1];

    public static CalibrationResult Calibrate(IconPixels icons, IconPixels? other) => new Calibrator("grid", (of, _, _) => Grid(of)).Make(
        new("made", "0", icons, other is null ? null : "bright", other, new() { TrainingCount = 24, HeldOutCount = 20, Sizes = [20, 128], Repeats = 4, CollapsedTo = 3 }),
        DateTimeOffset.UnixEpoch, default);

    // Rectangles of random colours on a plain background.
    public static IconPixels Draw(int count, int seed)
    {
        var pixels = new byte[count * Size * Size * 3];
        for (var i = 0; i < count; i++)
        {
            var random = new SplitMix64(seed, i);
            var icon = pixels.AsSpan(i * Size * Size * 3, Size * Size * 3);
            Fill(icon, ref random, 0, 0, Size, Size);
            for (var part = 0; part < 8; part++) Fill(icon, ref random, 2 + random.Below(6), 2 + random.Below(6), 3 + random.Below(4), 3 + random.Below(4));
        }
        return new(pixels, Size);
    }

    // Another hand: everything is light.
    public static IconPixels Bright(int count)
    {
        var icons = Draw(count, 2).Data.ToArray();
        return new(Array.ConvertAll(icons, value => (byte)(200 + (value / 5))), Size);
    }

    private static void Fill(Span<byte> icon, ref SplitMix64 random, int left, int top, int width, int height)
    {
        byte[] colour = [(byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256)];
        for (var y = top; y < Math.Min(Size, top + height); y++)
            for (var x = left; x < Math.Min(Size, left + width); x++)
                colour.CopyTo(icon[((y * Size + x) * 3)..]);
    }

    private static FeatureStatistics Grid(IconPixels icons)
    {
        var values = new float[icons.Count * 48];
        for (var i = 0; i < icons.Count; i++)
            for (var at = 0; at < icons.BytesPerIcon; at++)
                values[(i * 48) + (at / (3 * Size) / 4 * 12) + (at / 3 % Size / 4 * 3) + (at % 3)] += icons[i][at] / 1600f;
        return new(values, 48);
    }
}
