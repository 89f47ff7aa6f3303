using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Training;

/// <summary>A method whose discriminator wins for good after a while, so that collapses need no luck.</summary>
public sealed class CollapsingRunTests : IDisposable
{
    private const long Wins = 100;
    private const long Collapses = Wins + CollapseWatch.SaturatedSteps;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACollapse_EndsTheRun_AndTheLastCheckpointIsFromBeforeTheDoubt()
    {
        var error = Assert.Throws<TrainingException>(() => Train(CollapseResponse.Fail, steps: 5000));

        Assert.StartsWith($"Training collapsed: for 1000 steps up to step {Collapses} ", error.Message, StringComparison.Ordinal);
        Assert.Contains("monitoring.onCollapse \"warn\" lets a run go on.", error.Message, StringComparison.Ordinal);
        var last = Directory.EnumerateFiles(Run.Checkpoints, "*.safetensors").Max()!;
        Assert.InRange(long.Parse(Path.GetFileNameWithoutExtension(last)["step-".Length..]), Wins, Wins + CollapseWatch.SaturatedSteps / 2);
    }

    [Fact]
    public void ARunThatWasStoppedWithinACollapse_FailsAtTheSameStep()
    {
        Train(CollapseResponse.Fail, steps: Collapses - 10);

        var error = Assert.Throws<TrainingException>(() => Train(CollapseResponse.Fail, steps: 5000));

        Assert.Contains($"up to step {Collapses} ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunThatIsToldToGoOn_WarnsAndGoesOn()
    {
        List<string> warnings = [];

        var summary = Train(CollapseResponse.Warn, steps: Collapses + 5, warnings.Add);

        Assert.Equal(Collapses + 5, summary.Steps);
        Assert.StartsWith("Training collapsed: ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private RunFolder Run => new(_folder["run"]);

    private TrainingSummary Train(CollapseResponse response, long steps, Action<string>? warn = null)
    {
        var monitoring = new MonitoringSpec { OnCollapse = response, CheckpointEvery = TimeSpan.FromSeconds(200), StripEvery = 100_000 };
        return TinyRun.Train(Run, TinyRun.Spec("dcgan", steps), null, monitoring, new SteppingTime(), warn, new WinningDiscriminator());
    }

    // A second passes whenever somebody looks, so that a checkpoint is due after some tens of steps.
    private sealed class SteppingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }

    private sealed class WinningDiscriminator : IMethod
    {
        private readonly Tensor _weight = zeros(1).DetachFromDisposeScope();

        public IReadOnlyDictionary<string, Tensor> Tensors => new Dictionary<string, Tensor> { ["weight"] = _weight };

        public long Parameters => 1;

        public nn.Module Drawing { get; } = nn.Linear(1, 1);

        public int BatchesPerStep => 1;

        public double LearningRate => 1;

        public double? SaturatedLoss => 1e-3;

        public StepFigures Step(long step, Tensor icons, Generator random)
        {
            _weight.add_(1);
            return new(1, 1, new Dictionary<string, double> { [CollapseWatch.DiscriminatorLoss] = step > Wins ? 0 : 1 });
        }

        public IReadOnlyList<Image> DrawStrip() => [];

        public Tensor DrawIcons(int count) => zeros(count, 3, 32, 32);

        public IReadOnlyList<EarlySign> Signs(Tensor training, Tensor? heldOut, Tensor drawn) => [];

        public void Dispose()
        {
            _weight.Dispose();
            Drawing.Dispose();
        }
    }
}
