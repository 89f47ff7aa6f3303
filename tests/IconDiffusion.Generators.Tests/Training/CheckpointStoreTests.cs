using IconDiffusion.Generators.Training;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class CheckpointStoreTests : IDisposable
{
    private static readonly ComputeSettings Compute = new("cpu", 2, "1.13.1");

    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];
    private readonly RunFolder _run;
    private readonly CheckpointStore _store;

    public CheckpointStoreTests()
    {
        _run = new RunFolder(_folder.Path);
        _store = new CheckpointStore(_run, "mine", _warnings.Add);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatWasSaved_IsRestoredBitForBit()
    {
        var saved = _store.Save(State(1.5f), Moment(3));
        var state = State(0);
        var restored = _store.RestoreNewest(state);

        Assert.Equal(saved, restored);
        Assert.Equal(State(1.5f)["model.w"].data<float>().ToArray(), state["model.w"].data<float>().ToArray());
        Assert.Equal(State(1.5f)["ema.w"].data<float>().ToArray(), state["ema.w"].data<float>().ToArray());
        Assert.Empty(_warnings);
    }

    [Fact]
    public void WithoutCheckpoints_NothingIsRestored()
    {
        Assert.Null(_store.RestoreNewest(State(0)));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void TheNewestTwoAndTheBest_AreKept()
    {
        double[] losses = [0.9, 0.3, 0.8, 0.5, 0.6];
        for (var step = 1; step <= losses.Length; step++)
            _store.Save(State(step), Moment(step, losses[step - 1]));

        string[] kept = ["step-00000002", "step-00000004", "step-00000005"];
        Assert.Equal(
            kept.SelectMany(name => new[] { $"{name}.json", $"{name}.safetensors" }),
            Directory.EnumerateFiles(_run.Checkpoints).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void ATruncatedFile_IsSkippedForTheOneBefore() => TheOneBeforeIsLoaded(
        () =>
        {
            using var file = File.OpenWrite(_run.CheckpointFile(2));
            file.SetLength(file.Length - 1);
        },
        "bytes of");

    [Fact]
    public void AFlippedBit_IsSkippedForTheOneBefore() => TheOneBeforeIsLoaded(
        () =>
        {
            var bytes = File.ReadAllBytes(_run.CheckpointFile(2));
            bytes[^3] ^= 1;
            File.WriteAllBytes(_run.CheckpointFile(2), bytes);
        },
        "its SHA-256 is");

    [Fact]
    public void AMissingManifest_IsSkippedForTheOneBefore() =>
        TheOneBeforeIsLoaded(() => File.Delete(_run.ManifestFile(2)), "it has no manifest");

    [Fact]
    public void AMissingWeightsFile_IsSkippedForTheOneBefore() =>
        TheOneBeforeIsLoaded(() => File.Delete(_run.CheckpointFile(2)), "Could not find file");

    [Fact]
    public void AnUnreadableManifest_IsSkippedForTheOneBefore() =>
        TheOneBeforeIsLoaded(() => File.WriteAllText(_run.ManifestFile(2), "{\"format\":1,"), "");

    [Fact]
    public void AnEmptyManifest_IsSkippedForTheOneBefore() =>
        TheOneBeforeIsLoaded(() => File.WriteAllText(_run.ManifestFile(2), ""), "");

    [Fact]
    public void AFutureFormat_IsSkippedForTheOneBefore() => TheOneBeforeIsLoaded(
        () => File.WriteAllText(_run.ManifestFile(2), File.ReadAllText(_run.ManifestFile(2)).Replace("\"format\": 1", "\"format\": 9")),
        "its format is 9; this version reads 1");

    [Fact]
    public void AManifestOfAnotherStep_IsSkippedForTheOneBefore() =>
        TheOneBeforeIsLoaded(() => File.Copy(_run.ManifestFile(1), _run.ManifestFile(2), overwrite: true), "its manifest is that of step 1");

    [Fact]
    public void AnotherRunsCheckpoint_IsSkippedAndLeftAlone()
    {
        _store.Save(State(1), Moment(1));
        new CheckpointStore(_run, "other", _ => { }).Save(State(9), Moment(9));
        var state = State(0);

        Assert.Equal(1, _store.RestoreNewest(state)!.Moment.Step);
        Assert.Equal(1, state["model.w"].data<float>()[0]);
        Assert.Contains("it belongs to run other, not to mine", Assert.Single(_warnings), StringComparison.Ordinal);

        for (var step = 2; step < 6; step++)
            _store.Save(State(step), Moment(step));
        Assert.True(File.Exists(_run.CheckpointFile(9)));
    }

    [Fact]
    public void ATensorOfAnotherShape_IsNeverLoaded()
    {
        _store.Save(State(1), Moment(1));
        var state = new Dictionary<string, Tensor> { ["model.w"] = zeros(2), ["ema.w"] = zeros(3) };
        Assert.Null(_store.RestoreNewest(state));
        Assert.Contains("model.w", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal([0, 0, 0], state["ema.w"].data<float>().ToArray());  // not even those that would fit
    }

    [Fact]
    public void AMissingTensor_IsNeverLoaded()
    {
        _store.Save(new Dictionary<string, Tensor> { ["model.w"] = ones(3) }, Moment(1));
        Assert.Null(_store.RestoreNewest(State(0)));
        Assert.Contains("ema.w", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void ADamagedCheckpoint_DoesNotCountAmongTheKept()
    {
        for (var step = 1; step <= 3; step++)
            _store.Save(State(step), Moment(step, loss: step));
        File.WriteAllText(_run.CheckpointFile(3), "");
        Assert.Equal(2, _store.RestoreNewest(State(0))!.Moment.Step);

        _store.Save(State(4), Moment(4, loss: 4));

        Assert.Equal([1, 2, 4], StepsKept());
    }

    [Fact]
    public void LeftoverTemporaryFiles_AreRemoved()
    {
        _store.Save(State(1), Moment(1));
        var leftover = Path.Combine(_run.Checkpoints, ".step-00000002.safetensors.0123456789abcdef.tmp");
        File.WriteAllText(leftover, "half");

        _store.RemoveTemporaryFiles();

        Assert.False(File.Exists(leftover));
        Assert.Equal([1], StepsKept());
    }

    private void TheOneBeforeIsLoaded(Action damage, string reason)
    {
        _store.Save(State(1), Moment(1));
        _store.Save(State(2), Moment(2));
        damage();
        var state = State(0);

        Assert.Equal(1, _store.RestoreNewest(state)!.Moment.Step);

        Assert.Equal(1, state["model.w"].data<float>()[0]);
        var warning = Assert.Single(_warnings);
        Assert.StartsWith($"Checkpoint '{_run.CheckpointFile(2)}' is skipped: ", warning, StringComparison.Ordinal);
        Assert.Contains(reason, warning, StringComparison.Ordinal);
    }

    private IEnumerable<int> StepsKept() => Directory.EnumerateFiles(_run.Checkpoints, "*.safetensors")
        .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)["step-".Length..])).Order();

    private static Dictionary<string, Tensor> State(float value) => new()
    {
        ["model.w"] = full(3, value),
        ["ema.w"] = full(3, value / 3),
    };

    private static CheckpointMoment Moment(long step, double loss = 1) => new()
    {
        Step = step, Worked = TimeSpan.FromSeconds(step), LossLogLength = 10 * step, MeanLoss = loss, Compute = Compute,
    };
}
