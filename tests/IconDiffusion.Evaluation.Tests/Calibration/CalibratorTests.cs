using IconDiffusion.Data;
using IconDiffusion.Evaluation.Calibration;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Calibration;

/// <summary>What a calibration says of icons that are made here.</summary>
public sealed class CalibratorTests(MadeCalibration made) : IClassFixture<MadeCalibration>
{
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
        Assert.Throws<ArgumentException>(() => MadeCalibration.Calibrate(MadeCalibration.Draw(12, 1), null));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void TheSameSeed_MakesTheSameResult()
    {
        Assert.Equal(made.Result, MadeCalibration.Calibrate(MadeCalibration.Draw(72, 1), MadeCalibration.Bright(30)));
    }

    [Fact]
    public void Disturbances_DoWhatTheySay()
    {
        var icons = MadeCalibration.Draw(4, 9);
        var grey = new IconPixels(Enumerable.Repeat((byte)128, 4 * MadeCalibration.Size * MadeCalibration.Size * 3).ToArray(), MadeCalibration.Size);
        double[] noise = [.. Disturbed.Noisy(grey, 10, 1).Data.ToArray().Select(value => value - 128.0)];
        var erased = Disturbed.Erased(icons, 6, 1);

        Assert.Equal(grey.Data.ToArray(), Disturbed.Blurred(grey, 1.5).Data.ToArray());
        Assert.InRange(Math.Sqrt(noise.Average(value => value * value)), 9.5, 10.5);
        Assert.InRange(noise.Average(), -0.5, 0.5);
        for (var i = 0; i < icons.Count; i++)
            Assert.InRange(Enumerable.Range(0, MadeCalibration.Size * MadeCalibration.Size).Count(pixel => !icons[i].Slice(pixel * 3, 3).SequenceEqual(erased[i].Slice(pixel * 3, 3))), 1, 36);
        Assert.True(Contrast(Disturbed.Blurred(icons, 1)) < Contrast(icons));
        Assert.True(Contrast(Disturbed.Blurred(icons, 2)) < Contrast(Disturbed.Blurred(icons, 1)));

        static double Contrast(IconPixels of) => of.Data.Span[3..].ToArray().Zip(of.Data.ToArray(), (a, b) => Math.Abs(a - b)).Average();
    }
}
