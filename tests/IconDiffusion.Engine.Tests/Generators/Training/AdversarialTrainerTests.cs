using System.Text.Json;
using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Tests.Generators.Training;

[Collection(nameof(TrainingCollection))]
public sealed class AdversarialTrainerTests : IDisposable
{
    private const int Steps = 5;

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Methods => TinyGan.Methods;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    public void ARunOfSomeSteps_SaysWhatItDid(string method)
    {
        var spec = TinyGan.Spec(method, Steps);
        var summary = TinyGan.Train(Run(), spec);

        Assert.Equal((Steps, TrainingEnd.Steps), (summary.Steps, summary.End));
        Assert.Equal(Steps * 4 * ((GanSpec)spec.Model).RealBatchesPerStep, summary.ImagesSeen);
        var log = LossLog.Read(Run().LossLogFile);
        Assert.Equal(Enumerable.Range(1, Steps).Select(step => (long)step), log.Select(entry => entry.Step));
        Assert.All(log, entry => Assert.Contains(CollapseWatch.DiscriminatorLoss, entry.Figures!));
        Assert.All(log, entry => Assert.All(entry.Figures!.Values, figure => Assert.True(double.IsFinite(figure))));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void CancelledAfterAnyStep_ItEndsWithTheBitsOfAnUninterruptedRun(string method)
    {
        var spec = TinyGan.Spec(method, Steps);
        var whole = TinyGan.Train(Run("whole"), spec);
        for (var step = 1; step < Steps; step++)
            CancelAt(step, Run("parts"), spec);

        var resumed = TinyGan.Train(Run("parts"), spec);

        // The file holds both networks with their buffers and both of Adam's moments: equal bytes are equal bits everywhere.
        Assert.Equal(File.ReadAllBytes(Run("whole").CheckpointFile(Steps)), File.ReadAllBytes(Run("parts").CheckpointFile(Steps)));
        Assert.Equal((whole.WeightsHash, whole.Loss), (resumed.WeightsHash, resumed.Loss));
        Assert.Equal(Log("whole"), Log("parts"));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AnotherSeed_IsAnotherRun(string method)
    {
        var one = TinyGan.Train(Run("one"), TinyGan.Spec(method, 1));
        var other = TinyGan.Train(Run("other"), TinyGan.Spec(method, 1) with { Seed = 1 });

        Assert.NotEqual(one.WeightsHash, other.WeightsHash);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AnIcon_IsTheSameInEveryBatch(string method)
    {
        var spec = TinyGan.Spec(method, 2);
        TinyGan.Train(Run(), spec);
        using var source = new LatentIcons(Run(), spec, CPU);
        using var scope = NewDisposeScope();

        var together = source.Draw(0, 7, progress: null, CancellationToken.None);

        Assert.Equal([7, 3, 32, 32], together.shape);
        Assert.True(together.isfinite().all().item<bool>());
        for (var icon = 0; icon < 7; icon++)
            Assert.True(Near.SameBits(together[icon], source.Draw(icon, 1, progress: null, CancellationToken.None)[0]), $"icon {icon}");
        Assert.False(Near.SameBits(together[0], together[1]));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Strips_ShowEveryGenerator_AndChangeNothing(string method)
    {
        var plain = TinyGan.Train(Run("plain"), TinyGan.Spec(method, 2));
        var shown = TinyGan.Train(Run("shown"), TinyGan.Spec(method, 2), monitoring: new MonitoringSpec { StripEvery = 1 });

        Assert.Equal(plain.WeightsHash, shown.WeightsHash);
        using var any = AdversarialMethods.Create(TinyGan.Spec(method, 1), CPU);
        var strip = ImageFile.Load(Run("shown").StripFile(2), Rgb.White);
        Assert.True(strip.Width >= 8 * 32 && strip.Height >= any.Generators.Count * 32);
    }

    [Fact]
    public void FewerIconsThanABatch_AreRefusedBeforeAnyWork()
    {
        var error = Assert.Throws<TrainingException>(() => TinyGan.Train(Run(), TinyGan.Spec("dcgan", 1), icons: 3));

        Assert.Equal("The data set has 3 icons; dcgan 2 wants at least training.batchSize (4).", error.Message);
        Assert.False(File.Exists(Run().LossLogFile));
    }

    [Fact]
    public void ANetworkThatDiverges_EndsTheRunAndLeavesTheCheckpoint()
    {
        CancelAt(1, Run(), Diverging(rate: 1e-4));
        var error = Assert.Throws<TrainingException>(() => TinyGan.Train(Run(), Diverging(rate: 1e30)));

        Assert.StartsWith("Training diverged at step ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            ", at learning rate 1E+30. The checkpoint of step 1 is sound, but going on from it repeats the same steps; change the run's settings.",
            error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Run().CheckpointFile(1)));

        static RunSpec Diverging(double rate)
        {
            var spec = TinyGan.Spec("wgan-gp", 20);
            return spec with { Model = (WganGpSpec)spec.Model with { LearningRate = rate } };
        }
    }

    private RunFolder Run(string name = "run") => new(_folder[name]);

    private string[] Log(string name) =>
        [.. LossLog.Read(Run(name).LossLogFile).Select(entry => JsonSerializer.Serialize(entry with { ImagesPerSecond = 0, Seconds = 0 }, SpecJson.Compact))];

    private static void CancelAt(long step, RunFolder folder, RunSpec spec)
    {
        using var cancel = new CancellationTokenSource();
        var time = new ManualTime();
        Assert.Throws<OperationCanceledException>(() => TinyGan.Train(
            folder, spec,
            progress =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                if (progress.Step == step) cancel.Cancel();
            },
            time: time, cancellation: cancel.Token));
    }
}
