using System.Text.Json;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Methods;

[Collection(nameof(TrainingCollection))]
public sealed class EveryMethodTests : IDisposable
{
    // Diffusion's average has begun to move by then.
    private const int Steps = 8;

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Methods => TinyRun.Methods;

    public void Dispose() => _folder.Dispose();

    // A method is a file beside the table and a line in it: what is tested here holds for all of them.
    [Fact]
    public void EveryKindOfModel_IsTestedHere() => Assert.Equal(
        typeof(ModelSpec).Assembly.GetTypes().Where(type => type != typeof(CascadeSpec) /* a run for each stage */ && !type.IsAbstract && type.IsAssignableTo(typeof(ModelSpec))).Select(type => type.Name).Order(),
        TinyRun.MethodNames.Select(method => TinyRun.Spec(method, 1).Model.GetType().Name).Distinct().Order());

    [Theory]
    [MemberData(nameof(Methods))]
    [Trait("Speed", "Slow")]
    public void ARunOfSomeSteps_SaysWhatItDid(string method)
    {
        var spec = TinyRun.Spec(method, Steps);
        var summary = TinyRun.Train(Run(), spec);

        Assert.Equal((Steps, TrainingEnd.Steps), (summary.Steps, summary.End));
        Assert.Equal(Steps * 4 * (spec.Model is GanSpec gan ? gan.RealBatchesPerStep : 1), summary.ImagesSeen);
        var log = LossLog.Read(Run().LossLogFile);
        Assert.Equal(Enumerable.Range(1, Steps).Select(step => (long)step), log.Select(entry => entry.Step));
        Assert.All(log, entry => Assert.Equal(spec.Model is GanSpec, entry.Figures?.ContainsKey(CollapseWatch.DiscriminatorLoss) ?? false));
        Assert.All(log, entry => Assert.All(entry.Figures?.Values ?? [], figure => Assert.True(double.IsFinite(figure))));
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Methods))]
    public void CancelledAfterAnyStep_ItEndsWithTheBitsOfAnUninterruptedRun(string method)
    {
        var spec = TinyRun.Spec(method, Steps);
        var whole = TinyRun.Train(Run("whole"), spec);
        for (var step = 1; step < Steps; step++)
            TinyRun.CancelAt(step, Run("parts"), spec);

        var resumed = TinyRun.Train(Run("parts"), spec);

        // The file holds all networks with their buffers, averages and both of Adam's moments: equal bytes are equal bits everywhere.
        Assert.Equal(File.ReadAllBytes(Run("whole").CheckpointFile(Steps)), File.ReadAllBytes(Run("parts").CheckpointFile(Steps)));
        Assert.Equal((whole.WeightsHash, whole.Loss), (resumed.WeightsHash, resumed.Loss));
        Assert.Equal(Log("whole"), Log("parts"));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    [Trait("Speed", "Slow")]
    public void AnotherSeed_IsAnotherRun(string method)
    {
        var one = TinyRun.Train(Run("one"), TinyRun.Spec(method, 1));
        var other = TinyRun.Train(Run("other"), TinyRun.Spec(method, 1) with { Seed = 1 });

        Assert.NotEqual(one.WeightsHash, other.WeightsHash);
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Methods))]
    public void AnIcon_IsTheSameInEveryBatch(string method)
    {
        var spec = TinyRun.Spec(method, 2);
        TinyRun.TrainBases(Run(), spec);
        TinyRun.Train(Run(), spec);
        using var source = MethodTable.Of(spec.Model).Open(Run(), spec, CPU);
        using var scope = NewDisposeScope();

        var together = source.Draw(0, 7, progress: null, CancellationToken.None);

        Assert.Equal([7, 3, spec.Dataset.ImageSize, spec.Dataset.ImageSize], together.shape);
        Assert.True(together.isfinite().all().item<bool>());
        foreach (var icon in (int[])[0, 3, 6])
            Assert.True(Near.SameBits(together[icon], source.Draw(icon, 1, progress: null, CancellationToken.None)[0]), $"icon {icon}");
        Assert.False(Near.SameBits(together[0], together[1]));
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Methods))]
    public void Strips_HaveARowForTheWeightsAndOneForTheirAverage_AndChangeNothing(string method)
    {
        var plain = TinyRun.Train(Run("plain"), TinyRun.Spec(method, 2));
        var shown = TinyRun.Train(Run("shown"), TinyRun.Spec(method, 2), monitoring: new MonitoringSpec { StripEvery = 1 });

        Assert.Equal(plain.WeightsHash, shown.WeightsHash);
        var rows = method is "dcgan" or "wgan-gp" or "style-transfer" ? 1 : 2;
        var strip = ImageFile.Load(Run("shown").StripFile(2), Rgb.White);
        Assert.Equal(8.0 / rows, (double)strip.Width / strip.Height, 0.5);
    }

    [Fact]
    public void FewerIconsThanABatch_AreRefusedBeforeAnyWork()
    {
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train(Run(), TinyRun.Spec("dcgan", 1), icons: 3));

        Assert.Equal("The data set has 3 icons; dcgan 2 wants at least training.batchSize (4).", error.Message);
        Assert.False(File.Exists(Run().LossLogFile));
    }

    [Theory, InlineData("dcgan"), InlineData("wgan-gp")]
    public void ANetworkThatDiverges_EndsTheRunAndLeavesTheCheckpoint(string method)
    {
        TinyRun.CancelAt(1, Run(), Diverging(rate: 1e-4));
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train(Run(), Diverging(rate: 1e30)));

        Assert.StartsWith("Training diverged at step ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            ", at learning rate 1E+30. The checkpoint of step 1 is sound, but going on from it repeats the same steps; change the run's settings.",
            error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Run().CheckpointFile(1)));

        RunSpec Diverging(double rate)
        {
            var spec = TinyRun.Spec(method, 20);
            return spec with
            {
                Model = spec.Model is DcganSpec dcgan ? dcgan with { LearningRate = rate } : (WganGpSpec)spec.Model with { LearningRate = rate },
            };
        }
    }

    private RunFolder Run(string name = "run") => new(_folder[name]);

    private string[] Log(string name) =>
        [.. LossLog.Read(Run(name).LossLogFile).Select(entry => JsonSerializer.Serialize(entry with { ImagesPerSecond = 0, Seconds = 0 }, SpecJson.Compact))];
}
