using IconDiffusion.Generators.Training;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Generators.Tests.Training;

/// <summary>A real file system that is really full: a small tmpfs, mounted where only the child sees it.</summary>
[Collection(nameof(TrainingCollection))]
public sealed class FullDiskTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public void AFullDisk_CostsACheckpointAndNothingElse()
    {
        // There is room again once it has warned.
        var lines = TrainOnAFullDisk(ballastGoes: true);

        var warning = Assert.Single(lines, line => line.StartsWith("warning ", StringComparison.Ordinal));
        Assert.StartsWith("warning Checkpoint at step 4 could not be written, training goes on: ", warning, StringComparison.Ordinal);
        Assert.Contains("No space left on device", warning, StringComparison.Ordinal);
        Assert.Equal([5, 6], StepsKept().TakeLast(2));
        Assert.DoesNotContain(4, StepsKept());
        Assert.Equal([1, 2, 3, 4, 5, 6], LossLog.Read(After.LossLogFile).Select(entry => entry.Step));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public void ADiskThatStaysFull_EndsTheRunWithEarlierCheckpointsWhole()
    {
        var lines = TrainOnAFullDisk(ballastGoes: false);

        Assert.StartsWith("failed The checkpoint of step 6 could not be written: ", lines[^1], StringComparison.Ordinal);
        Assert.EndsWith("Started again with room on the disk, the run goes on from step 3.", lines[^1], StringComparison.Ordinal);
        Assert.Equal([2, 3], StepsKept().TakeLast(2));

        // What is left is sound: with room it goes on without a warning.
        Assert.Equal(6, TinyRun.Train(After, TinyRun.Spec(steps: 6)).Steps);
    }

    // Three steps, then the disk is filled up to half a checkpoint, then three steps more. What is on it comes back as a copy.
    private string[] TrainOnAFullDisk(bool ballastGoes)
    {
        var train = string.Join(' ', TrainingChild.Command.Append("disk/run").Append("ddpm").Select(part => $"'{part}'"));
        File.WriteAllText(_folder["script"], $"""
            set -e
            mkdir disk after
            mount -t tmpfs -o size=64m tmpfs disk
            {train} 3
            cat /dev/zero > disk/ballast 2> /dev/null || true
            half=$(( $(stat -c %s disk/run/checkpoints/step-00000003.safetensors) / 2 ))
            truncate -s -$half disk/ballast
            {train} 6 {(ballastGoes ? "disk/ballast" : "")}
            cp -a disk/run/. after/
            """);
        using var child = TrainingChild.Start(["unshare", "--map-root-user", "--mount", "sh", "-c", $"cd '{_folder.Path}' && . ./script"]);
        var (exitCode, lines, errors) = child.Finish();
        Skip.If(errors.Contains("unshare", StringComparison.Ordinal) || errors.Contains("mount:", StringComparison.Ordinal),
            $"This machine lets nobody mount a file system in a namespace: {errors}");
        Assert.True(exitCode == 0, errors);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, ".*.tmp", SearchOption.AllDirectories));
        return lines;
    }

    private RunFolder After => new(_folder["after"]);

    private IEnumerable<int> StepsKept() => Directory.EnumerateFiles(After.Checkpoints, "*.safetensors")
        .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)["step-".Length..])).Order();
}
