using IconDiffusion.Generators.Training;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Generators.Tests.Training;

/// <summary>Real processes, really killed; tests/kill_campaign.sh does the same at length.</summary>
[Collection(nameof(TrainingCollection))]
public sealed class KilledTrainingTests : IDisposable
{
    private const int Steps = 40;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Adaptation keeps nothing in a checkpoint.
    public static TheoryData<string> Methods => [.. TinyRun.MethodNames.Where(method => method != "ddpm pairwise")];

    [Theory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Methods))]
    public void KilledThreeTimes_ItEndsWithTheBitsOfAnUndisturbedRun(string method)
    {
        TrainToTheEnd("undisturbed", method);
        foreach (var step in new[] { 3, 7, 10 })
        {
            using var killed = TrainingChild.Start(Run("killed"), Steps, method);
            killed.KillAfter(step);
            Assert.False(File.Exists(Run("killed").CheckpointFile(Steps)));
        }

        var first = TrainToTheEnd("killed", method).First(line => line.StartsWith("step ", StringComparison.Ordinal));

        Assert.True(int.Parse(first[5..]) >= 10, $"It began again with {first}.");
        Assert.Equal(File.ReadAllBytes(Run("undisturbed").CheckpointFile(Steps)), File.ReadAllBytes(Run("killed").CheckpointFile(Steps)));
        Assert.Equal(Losses("undisturbed"), Losses("killed"));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, ".*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void ASecondProcess_IsToldThatTheFolderIsTaken()
    {
        using var taken = RunLock.Take(Run("taken"));
        using var second = TrainingChild.Start(Run("taken"), Steps);
        Assert.Contains($"is being written by process {Environment.ProcessId} on ", Assert.Single(second.Finish().Lines), StringComparison.Ordinal);
    }

    private string[] TrainToTheEnd(string name, string method)
    {
        using var child = TrainingChild.Start(Run(name), Steps, method);
        var (exitCode, lines, errors) = child.Finish();
        Assert.True(exitCode == 0, errors);
        return lines;
    }

    private RunFolder Run(string name) => new(_folder[name]);

    private IEnumerable<(long, double, double)> Losses(string name) =>
        LossLog.Read(Run(name).LossLogFile).Select(entry => (entry.Step, entry.Loss, entry.GradNorm));
}
