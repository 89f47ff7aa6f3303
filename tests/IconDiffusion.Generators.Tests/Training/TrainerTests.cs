using System.Security.Cryptography;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Training;

[Collection(nameof(TrainingCollection))]
public sealed class TrainerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunOfSomeSteps_SaysWhatItDid()
    {
        var summary = TinyRun.Train(Run(), TinyRun.Spec(steps: 6));

        Assert.Equal(6, summary.Steps);
        Assert.Equal(24, summary.ImagesSeen);
        Assert.Equal(TrainingEnd.Steps, summary.End);
        Assert.InRange(summary.Loss, 0.3, 1.5);  // an untrained net against standard normal noise: E|ε| is 0.8
        Assert.Equal(64, summary.WeightsHash.Length);
        Assert.Equal(LossLog.Read(Run().LossLogFile).Average(entry => entry.Loss), summary.Loss, 1e-12);
    }

    // Sums of the same numbers in another order; from the third step on Adam makes differences of rounding larger.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void ABatchInParts_HasTheWholeBatchsLossAndGradient(int parts)
    {
        TinyRun.Train(Run("whole"), TinyRun.Spec(steps: 2));
        TinyRun.Train(Run("parts"), TinyRun.Spec(steps: 2), method: new DdpmMethod(TinyRun.Spec(steps: 2), CPU, parts));

        foreach (var (whole, inParts) in LossLog.Read(Run("whole").LossLogFile).Zip(LossLog.Read(Run("parts").LossLogFile)))
        {
            Assert.Equal(1, inParts.Loss / whole.Loss, 1e-5);
            Assert.Equal(1, inParts.GradNorm / whole.GradNorm, 1e-4);
        }
    }

    [Fact]
    public void ADamagedCheckpoint_CostsTimeButNoBit()
    {
        var whole = TinyRun.Train(Run("whole"), TinyRun.Spec(steps: 9));
        TinyRun.CancelAt(3, Run("damaged"), TinyRun.Spec(steps: 9));
        TinyRun.CancelAt(6, Run("damaged"), TinyRun.Spec(steps: 9));
        using (var file = File.OpenWrite(Run("damaged").CheckpointFile(6)))
            file.SetLength(1000);

        List<string> warnings = [];
        var resumed = TinyRun.Train(Run("damaged"), TinyRun.Spec(steps: 9), warn: warnings.Add);

        Assert.Contains("it has 1000 bytes of", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(whole.WeightsHash, resumed.WeightsHash);
        Assert.Equal(Enumerable.Range(1, 9).Select(step => (long)step), LossLog.Read(Run("damaged").LossLogFile).Select(entry => entry.Step));
    }

    [Fact]
    public void AFinishedRun_ReturnsAtOnceWithTheSameSummary()
    {
        var first = TinyRun.Train(Run(), TinyRun.Spec(steps: 3));
        var checkpoint = File.GetLastWriteTimeUtc(Run().CheckpointFile(3));

        var again = TinyRun.Train(Run(), TinyRun.Spec(steps: 3));

        Assert.Equal(first with { Time = again.Time }, again);
        Assert.Equal(checkpoint, File.GetLastWriteTimeUtc(Run().CheckpointFile(3)));
    }

    [Fact]
    public void TheBudget_CountsTimeWorkedOverAllInterruptions()
    {
        var time = new ManualTime();
        var spec = TinyRun.Spec(steps: null) with { Training = TinyRun.Spec(null).Training with { Budget = TimeSpan.FromSeconds(10) } };
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => TinyRun.Train(
            Run(), spec,
            progress =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                if (progress.Step == 4) cancel.Cancel();
            },
            time: time, cancellation: cancel.Token));
        time.Advance(TimeSpan.FromDays(1));  // off duty

        var summary = TinyRun.Train(Run(), spec, _ => time.Advance(TimeSpan.FromSeconds(1)), time: time);

        Assert.Equal(TrainingEnd.Budget, summary.End);
        Assert.Equal(10, summary.Steps);
        Assert.Equal(TimeSpan.FromSeconds(10), summary.Time);
    }

    [Fact]
    public void ReportsWithinATenthOfASecond_AreLeftOut()
    {
        List<long> reported = [];
        TinyRun.Train(Run(), TinyRun.Spec(steps: 5), progress => reported.Add(progress.Step!.Value), time: new ManualTime());
        Assert.Equal([1, 5], reported);  // the first, and the one that says that it is done
    }

    [Fact]
    public void ClippedGradients_HaveTheWantedNorm()
    {
        var clipped = TinyRun.Spec(steps: 1);
        TinyRun.Train(Run(), clipped with { Training = clipped.Training with { GradientClip = 0.01 } });

        // After one step Adam's first moment is (1 − β₁) times the clipped gradient.
        using var scope = NewDisposeScope();
        var moments = Restored(Run(), clipped).Where(entry => entry.Key.StartsWith("adam.exp_avg.", StringComparison.Ordinal));
        var norm = Math.Sqrt(moments.Sum(entry => entry.Value.to(ScalarType.Float64).square().sum().item<double>()));
        var unclipped = LossLog.Read(Run().LossLogFile).Single().GradNorm;
        Assert.True(unclipped > 0.1);
        Assert.Equal(0.1 * 0.01, norm, 0.1 * 0.01 * 1e-4);  // clip/(norm + 1e-6) is off by 1e-6/norm, β₁ by float32
    }

    [Fact]
    public void AccumulatedBatches_HaveTheGradientOfOneLargeBatch()
    {
        var one = TinyRun.Spec(steps: 1);
        one = one with { Training = one.Training with { BatchSize = 16 } };
        var two = one with { Training = one.Training with { BatchSize = 8, GradientAccumulation = 2 } };
        TinyRun.Train(Run("one"), one);
        TinyRun.Train(Run("two"), two);

        using var scope = NewDisposeScope();
        var (expected, actual) = (Restored(Run("one"), one), Restored(Run("two"), two));
        foreach (var name in expected.Keys.Where(name => name.StartsWith("adam.exp_avg.", StringComparison.Ordinal)))
        {
            // Sums in another order: float32 rounding of 1e-6 of the largest gradient, tenfold for safety.
            var largest = expected[name].abs().max().item<float>();
            Assert.InRange((expected[name] - actual[name]).abs().max().item<float>(), 0, 1e-5f * largest + 1e-9f);
        }

        Assert.Equal(LossLog.Read(Run("one").LossLogFile)[0].Loss, LossLog.Read(Run("two").LossLogFile)[0].Loss, 1e-6);
    }

    [Fact]
    public void ALossThatIsNotANumber_EndsTheRunAndLeavesTheLastSoundCheckpoint()
    {
        var absurd = TinyRun.Spec(steps: 50);
        absurd = absurd with { Training = absurd.Training with { Adam = new AdamSpec { LearningRate = 1e30 } } };
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train(
            Run(), absurd, monitoring: new MonitoringSpec { CheckpointEvery = TimeSpan.Zero }));

        Assert.StartsWith("Training diverged at step 2: the loss is ", error.Message, StringComparison.Ordinal);
        Assert.Contains("The checkpoint of step 1 is sound", error.Message, StringComparison.Ordinal);
        using var scope = NewDisposeScope();
        Assert.All(Restored(Run(), absurd).Values, tensor => Assert.True(tensor.isfinite().all().item<bool>()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void TheNumberOfTensors_StaysFlat()
    {
        List<long> counts = [];
        var time = new ManualTime();
        TinyRun.Train(
            Run(), TinyRun.Spec(steps: 30),
            progress =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                if (progress.Step is > 2 and < 30) counts.Add(Tensor.TotalCount);  // the last report comes after the last step
            },
            monitoring: new MonitoringSpec { CheckpointEvery = TimeSpan.FromSeconds(5), StripEvery = 10 }, time: time);

        // Tensors that other tests left to the collector may lower the count at any moment, which must not hide what raises it.
        var rise = counts.Zip(counts.Skip(1), (before, after) => Math.Max(0, after - before)).Sum();
        Assert.True(rise <= 2, string.Join(" ", counts));
    }

    [Fact]
    public void Strips_ShowEightIconsWithBothWeights()
    {
        TinyRun.Train(Run(), TinyRun.Spec(steps: 4), monitoring: new MonitoringSpec { StripEvery = 2 });

        Assert.Equal(["step-00000002.png", "step-00000004.png"], Directory.EnumerateFiles(Run().Strips).Select(Path.GetFileName).Order());
        var strip = ImageFile.Probe(Run().StripFile(4));
        Assert.Equal(4, Math.Round((double)strip.Width / strip.Height));
    }

    [Fact]
    public void AFinishedRun_LeavesItsAveragedWeightsInAFileOfTheirOwn()
    {
        var spec = TinyRun.Spec(steps: 8);
        var summary = TinyRun.Train(Run(), spec);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Run().WeightsFile))), summary.WeightsHash);
        using var scope = NewDisposeScope();
        using var model = new Unet(((DdpmSpec)spec.Model).Unet);
        TrainedModel.Load(Run(), model, CPU);
        var state = Restored(Run(), spec);
        foreach (var (name, weight) in model.state_dict())
            Assert.True(Near.SameBits(state["ema." + name], weight), name);
    }

    [Fact]
    public void AnUnfinishedRun_HasNoWeightsFile()
    {
        TinyRun.CancelAt(2, Run(), TinyRun.Spec(steps: 5));
        Assert.False(File.Exists(Run().WeightsFile));
    }

    [Fact]
    public void AnotherNumberOfThreads_IsWarnedOf()
    {
        TinyRun.CancelAt(1, Run(), TinyRun.Spec(steps: 2));
        var manifest = Run().ManifestFile(1);
        var threads = get_num_threads();
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace($"\"threads\": {threads}", "\"threads\": 64"));

        List<string> warnings = [];
        TinyRun.Train(Run(), TinyRun.Spec(steps: 2), warn: warnings.Add);

        Assert.Equal(
            $"Checkpoint of step 1 was made with 64 threads, now {threads}. The result will not have the bits of an uninterrupted run.",
            Assert.Single(warnings));
    }

    private RunFolder Run(string name = "run") => new(_folder[name]);

    private static IReadOnlyDictionary<string, Tensor> Restored(RunFolder folder, RunSpec spec)
    {
        var method = MethodTable.Of(spec.Model).Begin(spec, CPU);
        Assert.NotNull(new CheckpointStore(folder, TinyRun.Id, sentence => Assert.Fail(sentence)).RestoreNewest(method.Tensors));
        return method.Tensors;
    }
}
