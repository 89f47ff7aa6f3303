using IconDiffusion.Data;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Tests.Experiments;

/// <summary>Real looks at real trainings: ten icons of noise, of which the last three are held out, by ResNet-18.</summary>
[Collection(nameof(TrainingCollection))]
public sealed class TrainingWatchTests : IDisposable
{
    private const int Steps = 6;

    // A look before every checkpoint, one after every step; time stands still, so that looks cost nothing.
    private static readonly MonitoringSpec Monitoring = new() { CheckpointEvery = TimeSpan.Zero };

    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    // Nobody looks at a stage of a cascade, which shows only with its base whether it copies, nor at a style transfer, which more steps do not change.
    public static TheoryData<string> Methods => [.. TinyRun.MethodNames.Where(method => method is not ("ddpm enlarges" or "style-transfer"))];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    [Trait("Speed", "Slow")]
    public void AWatchedRun_EndsWithTheBitsOfOneThatIsNot_AndEveryLookHasEveryFigure(string method)
    {
        var plain = TinyRun.Train(Run("plain"), Spec(method), monitoring: Monitoring, time: new ManualTime());
        var watched = Train("watched", Spec(method));

        Assert.Equal(plain with { Window = watched.Window }, watched);
        Assert.Equal(File.ReadAllBytes(Run("plain").CheckpointFile(Steps)), File.ReadAllBytes(Run("watched").CheckpointFile(Steps)));
        Assert.Equal((Steps, Steps, 3), (watched.Window!.Looks, watched.Window.Result, watched.Window.HeldOut));

        // A discriminator that is told tags judges icons by them, and looks hand over icons alone.
        var signs = method.StartsWith("ddpm", StringComparison.Ordinal) ? 4 : method == "stylegan2 tags" ? 0 : 1;
        var points = TrainingWatch.Read(Run("watched"));
        Assert.Equal(Enumerable.Range(1, Steps).Select(step => (long)step), points.Select(point => point.Step));
        Assert.All(points, point =>
        {
            Assert.Equal((6, 7, 3), (point.Icons, point.Training.Count, point.HeldOut!.Count));
            Assert.Equal((7, 3), (point.Chance.Pictures, point.Chance.HeldOut));
            Assert.All((double[])[point.Training.Frechet, point.HeldOut.Frechet, point.NearestDistance], figure => Assert.True(figure > 0));
            Assert.Equal(signs, point.Signs.Count);
            Assert.All(point.Signs, sign => Assert.True(double.IsFinite(sign.Training) && double.IsFinite(sign.Gap!.Value) && sign.Generated is null == method.StartsWith("ddpm", StringComparison.Ordinal)));
        });
        Assert.Equal(Steps, Directory.EnumerateFiles(Run("watched").Looks).Count());
        Assert.Equal(signs == 0, points[0].Signs.Equals(points[^1].Signs));
        Assert.NotEqual(points[0].Training, points[^1].Training);
    }

    [Theory]
    [InlineData("ddpm")]
    [InlineData("stylegan2 ada")]
    [Trait("Speed", "Slow")]
    public void StoppedAndGoneOn_ItHasTheLooksOfAnUninterruptedRun(string method)
    {
        Train("whole", Spec(method));
        // A checkpoint after steps 2 and 4, and looks after each: what was seen since the checkpoint is seen again.
        foreach (var step in new[] { 2, 4 })
        {
            StopAt(step, "parts", Spec(method));
            var later = Run("parts").WindowFile;
            File.AppendAllText(later, File.ReadLines(later).Last().Replace($"\"step\":{step},", $"\"step\":{step + 1},", StringComparison.Ordinal) + "\n");
        }
        Train("parts", Spec(method));

        Assert.Equal(Looks("whole"), Looks("parts"));
    }

    // The weights of every look, the newest of which is the best in turn; killed behind a checkpoint, the one before is there.
    [Fact]
    public void TheBestWeights_ThatACheckpointKnows_StayUntilACheckpointKnowsBetter()
    {
        var spec = Spec("ddpm");
        Train("all", spec with { Training = spec.Training with { Steps = 3 } }, new ScriptedWatch(step => step, over: null));
        Assert.Equal(["step-00000002.safetensors", "step-00000003.safetensors"], Best("all"));

        // As if it had been killed after the checkpoint of step 2.
        File.Delete(Run("all").ManifestFile(3));
        Train("all", spec with { Training = spec.Training with { Steps = 4 } }, new ScriptedWatch(_ => 2, over: null));
        Assert.Equal(["step-00000002.safetensors"], Best("all"));
    }

    [Fact]
    public void ARunThatIsToStopWithItsWindow_EndsThere_WithItsBestWeights()
    {
        var spec = Spec("ddpm");
        var best = TinyRun.Train(Run("best"), spec with { Training = spec.Training with { Steps = 3 } }).WeightsHash;
        var stopping = spec with { Training = spec.Training with { Stop = TrainingStop.Window } };
        var summary = Train("run", stopping, new ScriptedWatch(step => Math.Min(step, 3), over: 5));

        Assert.Equal((5, TrainingEnd.Window, 3, best), (summary.Steps, summary.End, summary.Window!.Result, summary.WeightsHash));
        Assert.Equal(summary, Train("run", stopping, new ScriptedWatch(step => Math.Min(step, 3), over: 5)));

        var toTheEnd = Train("budget", spec, new ScriptedWatch(step => Math.Min(step, 3), over: 5));
        Assert.Equal((Steps, TrainingEnd.Steps, Steps), (toTheEnd.Steps, toTheEnd.End, toTheEnd.Window!.Result));
    }

    [Fact]
    public void BestWeightsThatAreLost_AreWarnedOf_AndTheLastOnesAreTheResult()
    {
        var stopping = Spec("ddpm") with { Training = Spec("ddpm").Training with { Stop = TrainingStop.Window } };
        var summary = Train("run", stopping, new ScriptedWatch(_ => 99, over: 5));

        Assert.Equal(5, summary.Window!.Result);
        Assert.Contains("step 99", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    // Icons of another size than the network's cannot be looked at.
    [Fact]
    public void ALookThatFails_IsWarnedOf_AndTrainingGoesOn()
    {
        var spec = Spec("ddpm");
        using var watch = new TrainingWatch(spec, TinyRun.Icons(spec.Dataset with { ImageSize = 8 }), Run("run"), new(_folder["data"]), CPU, _warnings.Add);
        var plain = TinyRun.Train(Run("plain"), spec);
        var watched = Train("run", spec, watch);

        Assert.Equal(plain.WeightsHash, watched.WeightsHash);
        Assert.Null(watched.Window);
        Assert.Equal(Steps, _warnings.Count);
    }

    private RunFolder Run(string name) => new(_folder[name]);

    private static RunSpec Spec(string method) => TinyRun.Spec(method, Steps) with
    {
        Evaluation = new() { Features = FeatureNetwork.Resnet18Imagenet },
        Sampling = TinyRun.Spec(method, Steps).Sampling with { Count = 6 },
    };

    private TrainingSummary Train(string name, RunSpec spec, ITrainingWatch? watch = null, Action<Specs.Cluster.WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var own = watch is null ? Watch(name, spec) : null;
        return TinyRun.Train(Run(name), spec, progress, Monitoring, new ManualTime(), _warnings.Add, cancellation: cancellation, watch: watch ?? own);
    }

    private void StopAt(int step, string name, RunSpec spec)
    {
        using var stop = new CancellationTokenSource();
        using var watch = Watch(name, spec);
        var time = new ManualTime();
        Assert.Throws<OperationCanceledException>(() => TinyRun.Train(
            Run(name), spec,
            progress =>
            {
                if (progress.Step == step) stop.Cancel();
                time.Advance(TimeSpan.FromSeconds(1));
            },
            Monitoring, time, _warnings.Add, cancellation: stop.Token, watch: watch));
    }

    private TrainingWatch Watch(string name, RunSpec spec)
    {
        var all = TinyRun.Icons(spec.Dataset);
        var dataset = new IconDataset(spec.Dataset, Part(..7), Part(7..), tags: all.Tags is { } tags ? tags with { Icons = [.. tags.Icons.Take(7)] } : null);
        return new(spec, dataset, Run(name), new(_folder["data"]), CPU, _warnings.Add);

        IconSet Part(Range icons) => new([.. all.Training.Names.ToArray()[icons]], IconPixels.From([.. Enumerable.Range(0, all.Count).Select(i => all[i]).ToArray()[icons]]));
    }

    private WindowPoint[] Looks(string name) => [.. TrainingWatch.Read(Run(name)).Select(point => point with { Seconds = 0, Cost = 0 })];

    private string[] Best(string name) => [.. Directory.EnumerateFiles(Run(name).Best).Select(file => Path.GetFileName(file)).Order()];

    /// <summary>Looks after every step and sees what it is told to.</summary>
    /// <param name="best">Best step of all up to a step.</param>
    /// <param name="over">Step at which the window is over; null: never.</param>
    private sealed class ScriptedWatch(Func<long, long> best, long? over) : ITrainingWatch
    {
        public TrainingWindow? Window { get; private set; }

        public void Resume(long step)
        {
            if (step > 0) See(step);
        }

        public bool IsDue(long step, TimeSpan worked, LookOccasion occasion) => occasion != LookOccasion.End;

        public void Look(IMethod method, long step, WorkClock clock) => See(step);

        private void See(long step) => Window = new()
        {
            State = step >= over ? WindowState.Closed : WindowState.Open,
            Step = step, Looks = (int)step, Best = best(step), Copies = 0, Icons = 6, HeldOut = 3,
            Quality = new(0, 1), Copying = step >= over ? new(step - 1, step) : null,
        };
    }
}
