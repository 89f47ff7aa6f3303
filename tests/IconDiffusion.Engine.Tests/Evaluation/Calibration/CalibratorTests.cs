using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Evaluation.Calibration;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Engine.Tests.Evaluation.Calibration;

/// <summary>A calibration of 72 made icons of 16 px, 24 of which play the training set, with the means of a 4×4 grid as features.</summary>
public sealed class CalibratorTests(CalibratorTests.Made made) : IClassFixture<CalibratorTests.Made>
{
    private const int Size = 16;

    [Fact]
    public void Features_MovedByAConstant_HaveTheClosedFormsDistance_WhichIsMonotone()
    {
        const int Count = 40, Dimension = 6;
        var random = new SplitMix64(1);
        float[] values = [.. Enumerable.Range(0, Count * Dimension).Select(_ => (float)random.Below(1000) / 100)];
        ResponsePoint[] points = [.. ((double[])[0, 0.5, 1, 2]).Select(moved =>
        {
            var distance = FrechetDistance.Between(new([.. values.Select(value => (float)(value + moved))], Dimension), new(values, Dimension));
            return new ResponsePoint(moved, distance, distance - 0.1, distance + 0.1);
        })];

        Assert.All(points, point => Assert.Equal(Dimension * point.Strength * point.Strength, point.Mean, 5));
        var response = FigureResponse.Of("fid", Disturbance.Noise, Count, [.. points], 0.05);
        Assert.Equal((Movement.Up, 0.5), (response.Movement, response.Smallest));
    }

    [Theory]
    [InlineData(new[] { 1, 1.05, 0.95, 1.1 }, Movement.Still, null)]
    [InlineData(new[] { 1, 0.8, 0.5, 0.2 }, Movement.Down, 2.0)]
    [InlineData(new[] { 1, 1.5, 3, 2.9 }, Movement.Up, 1.0)]
    [InlineData(new[] { 1, 1.5, 3, 2 }, Movement.BackAndForth, 1.0)]
    public void AMovement_IsReadOffTheMeans(double[] means, Movement movement, double? smallest)
    {
        var response = FigureResponse.Of("kid", Disturbance.Blur, 10, [.. means.Select((mean, strength) => new ResponsePoint(strength, mean, mean - 0.15, mean + 0.15))], 0.12);

        Assert.Equal((movement, smallest), (response.Movement, response.Smallest));
    }

    [Fact]
    public void EveryCopyIsCounted_AndAnotherHandsIconsAreNone()
    {
        foreach (var size in made.Result.Settings.Sizes)
        {
            // With 24 training icons the rule is expected to call 2 of 25 new ones copies too.
            Assert.All(made.Result.Find("copies", Disturbance.Copying, size)!.Points, point => Assert.InRange(
                point.Mean, (Math.Round(point.Strength * size) / size) - 1e-5, Math.Min(1, (Math.Round(point.Strength * size) / size) + 0.2)));
            Assert.Equal(1, made.Result.Find("copies", Disturbance.Copying, size)!.Points[^1].Mean);
            Assert.InRange(made.Result.Find("copies", Disturbance.Mixing, size)!.Points[^1].Mean, 0, 0.2);
        }
        // With copies alone, nothing is left of any distance.
        Assert.Equal(0, made.Last("mae", Disturbance.Copying).Mean);
        Assert.Equal(0, made.Last("authpct-aligned", Disturbance.Copying).Mean);
        Assert.Equal(Movement.Down, made.Of("mae", Disturbance.Copying).Movement);
    }

    [Fact]
    public void Figures_MoveTheWayThatTheirDefinitionsSay()
    {
        Assert.Equal(Movement.Up, made.Of("fid", Disturbance.Mixing).Movement);
        Assert.Equal(Movement.Up, made.Of("kid", Disturbance.Mixing).Movement);
        Assert.Equal(Movement.Down, made.Of("coverage", Disturbance.Mixing).Movement);
        Assert.Equal(Movement.Down, made.Of("recall", Disturbance.Collapse).Movement);
        Assert.All(made.Result.Responses, response => Assert.All(response.Points, point => Assert.True(point.Low <= point.High && point.Low <= point.Mean + 1e-9 && point.Mean <= point.High + 1e-9)));
    }

    [Fact]
    public void Counts_AreThoseThatTheIconsAllow()
    {
        var settings = made.Result.Settings;

        Assert.Equal((24, 8), (settings.TrainingCount, settings.HeldOutCount));
        Assert.Equal([20, 24], settings.Sizes);
        Assert.Throws<ArgumentException>(() => Made.Calibrate(Made.Draw(12, 1), null));
    }

    [Fact]
    public void TheSameSeed_MakesTheSameResult_WhichComesBackFromItsFile()
    {
        using var folder = new TempFolder();
        var again = Made.Calibrate(Made.Draw(72, 1), Made.Bright(30));
        new CalibrationReport(again).Write(folder.Path);

        Assert.Equal(made.Result, again);
        Assert.Equal(again, JsonSerializer.Deserialize<CalibrationResult>(File.ReadAllText(Path.Combine(folder.Path, "calibration.json")), SpecJson.Compact));
        Assert.Equal(1 + again.Responses.Sum(each => each.Points.Count), File.ReadAllLines(Path.Combine(folder.Path, "calibration.csv")).Length);
        using var svg = File.OpenRead(Path.Combine(folder.Path, "calibration.svg"));
        Assert.Equal("svg", System.Xml.Linq.XDocument.Load(svg).Root!.Name.LocalName);
    }

    [Fact]
    public void TheTable_HasALineForEachFigure_AndAColumnForEachDisturbance()
    {
        var report = new CalibrationReport(made.Result);

        Assert.Equal(1 + Enum.GetValues<Disturbance>().Length, report.Header.Count);
        Assert.Equal(made.Result.Responses.Select(each => each.Figure).Distinct().Count(), report.Cells.Count);
        Assert.All(report.Cells, cells => Assert.Equal(report.Header.Count, cells.Count));
        var smallest = made.Result.Settings.Sizes.Select(size => FigureText.Value(made.Result.Find("copies", Disturbance.Copying, size)!.Smallest, "share"));
        Assert.Equal($"↑ {string.Join(" / ", smallest)}", report.Cells.Single(cells => cells[0] == "Copies")[5]);
    }

    [Fact]
    public void TheShippedCalibration_IsOfResNet18_AndShowsThatNwiRanksACopierFirst()
    {
        var shipped = CalibrationReport.Shipped($"resnet18-imagenet {ResNet18.NetworkHash[..8]}")!;

        Assert.Equal(("noto-faces", 618), (shipped.Training, shipped.Count));
        Assert.True(shipped.Find("nwi", Disturbance.Copying, 128)!.Points is [var none, .., var all] && all.Low > none.High);
        Assert.NotNull(new CalibrationReport(shipped).Nwi);
        Assert.Null(CalibrationReport.Shipped("inception-v3 6726825d"));
    }

    [Fact]
    public void Disturbances_DoWhatTheySay()
    {
        var icons = Made.Draw(4, 9);
        var grey = new IconPixels(Enumerable.Repeat((byte)128, 4 * Size * Size * 3).ToArray(), Size);
        double[] noise = [.. Disturbed.Noisy(grey, 10, 1).Data.ToArray().Select(value => value - 128.0)];
        var erased = Disturbed.Erased(icons, 6, 1);

        Assert.Equal(grey.Data.ToArray(), Disturbed.Blurred(grey, 1.5).Data.ToArray());
        Assert.InRange(Math.Sqrt(noise.Average(value => value * value)), 9.5, 10.5);
        Assert.InRange(noise.Average(), -0.5, 0.5);
        for (var i = 0; i < icons.Count; i++)
            Assert.InRange(Enumerable.Range(0, Size * Size).Count(pixel => !icons[i].Slice(pixel * 3, 3).SequenceEqual(erased[i].Slice(pixel * 3, 3))), 1, 36);
        Assert.True(Contrast(Disturbed.Blurred(icons, 1)) < Contrast(icons));
        Assert.True(Contrast(Disturbed.Blurred(icons, 2)) < Contrast(Disturbed.Blurred(icons, 1)));

        static double Contrast(IconPixels of) => of.Data.Span[3..].ToArray().Zip(of.Data.ToArray(), (a, b) => Math.Abs(a - b)).Average();
    }

    public sealed class Made
    {
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
}
