using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Engine.Tests.Generators.Training;

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
        var spec = TinyGan.Spec("dcgan", steps);
        using var taken = RunLock.Take(Run);
        return new AdversarialTrainer(TinyGan.Id, spec, TinyGan.Icons(spec.Dataset), taken, CPU)
        {
            Monitoring = new MonitoringSpec { OnCollapse = response, CheckpointEvery = TimeSpan.FromSeconds(200), StripEvery = 100_000 },
            Time = new SteppingTime(),
            Warn = warn ?? (sentence => Assert.Fail($"Unexpected warning: {sentence}")),
            CreateMethod = (_, _) => new WinningDiscriminator(),
        }.Train(progress: null, CancellationToken.None);
    }

    // A second passes whenever somebody looks, so that a checkpoint is due after some tens of steps.
    private sealed class SteppingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }

    private sealed class WinningDiscriminator : IAdversarialMethod
    {
        private readonly Tensor _weight = zeros(1).DetachFromDisposeScope();

        public IReadOnlyDictionary<string, Tensor> Tensors => new Dictionary<string, Tensor> { ["weight"] = _weight };

        public long Parameters => 1;

        public IReadOnlyList<IIconGenerator> Generators => [new NoisyGenerator()];

        public double? SaturatedLoss => 1e-3;

        public StepFigures Step(long step, IReadOnlyList<Tensor> reals, Generator random)
        {
            _weight.add_(1);
            return new(1, step > Wins ? 0 : 1, 1, new Dictionary<string, double>());
        }

        public void Dispose() => _weight.Dispose();
    }

    private sealed class NoisyGenerator : IIconGenerator
    {
        public nn.Module Network { get; } = nn.Linear(1, 1);

        public int LatentDim => 8;

        public Tensor Draw(Tensor z, double truncation = 1) => z.slice(1, 0, 3, 1).reshape(-1, 3, 1, 1).expand(-1, -1, 32, 32);
    }
}
