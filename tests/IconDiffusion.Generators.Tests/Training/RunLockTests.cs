using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class RunLockTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private RunFolder Run => new(_folder["run"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ASecondWriter_IsToldWhoTheFirstIs()
    {
        using var first = RunLock.Take(Run);
        var error = Assert.Throws<TrainingException>(() => RunLock.Take(Run));
        Assert.StartsWith(
            $"'{Run.Path}' is being written by process {Environment.ProcessId} on {Environment.MachineName} since ",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderGivenBack_CanBeTakenAgain()
    {
        RunLock.Take(Run).Dispose();
        using var second = RunLock.Take(Run);
        Assert.Equal(Run.Path, second.Folder.Path);
    }

    [Fact]
    public void ALockFileLeftByADeadProcess_HoldsNobodyUp()
    {
        Directory.CreateDirectory(Run.Path);
        File.WriteAllText(Path.Combine(Run.Path, "run.lock"), "");
        RunLock.Take(Run).Dispose();
    }

    [Fact]
    public void Paths_AreThoseOfTheDocumentedLayout()
    {
        Assert.Equal(Path.Combine(Run.Path, "checkpoints", "step-00000200.safetensors"), Run.CheckpointFile(200));
        Assert.Equal(Path.Combine(Run.Path, "checkpoints", "step-00000200.json"), Run.ManifestFile(200));
        Assert.Equal(Path.Combine(Run.Path, "strips", "step-00000200.png"), Run.StripFile(200));
        var sampler = new DdimSpec();
        Assert.Equal(Path.Combine(Run.Path, "samples", RunIdentity.Samples(sampler), "00007.png"), Run.SampleFile(sampler, 7));
    }
}
