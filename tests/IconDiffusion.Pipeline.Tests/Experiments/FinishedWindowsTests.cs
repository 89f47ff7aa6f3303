using System.Text.Json;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Tests.Experiments;

public sealed class FinishedWindowsTests
{
    [Fact]
    public void OnlyFinishedRunsOfTheSameMethod_SizeAndBatch_Count()
    {
        using var folder = new TempFolder();
        var data = new DataFolder(folder.Path);
        var run = TinyRun.Spec(100);
        Leave("same", run with { Seed = 2, Training = run.Training with { Steps = 7, Stop = TrainingStop.Window } });
        Leave("batch", run with { Training = run.Training with { BatchSize = 2 } });
        Leave("method", TinyRun.Spec("dcgan", 100));
        Leave("unfinished", run);
        File.Delete(new RunFolder(data.Run("unfinished")).WeightsFile);

        var (icons, window) = Assert.Single(FinishedWindows.Like(run, data));
        Assert.Equal((60, 900L), (icons, window.Step));

        void Leave(string id, RunSpec spec)
        {
            var left = new RunFolder(data.Run(id));
            AtomicFile.WriteAllText(left.SpecFile, JsonSerializer.Serialize(spec, SpecJson.Indented));
            AtomicFile.WriteAllText(left.WeightsFile, "");
            AtomicFile.WriteAllText(left.WindowFile, JsonSerializer.Serialize(new WindowPoint
            {
                Step = 900, Seconds = 1, Cost = 1, Icons = 64, Copies = 0, Chance = new(60, 2, 0, 0), Gap = 0, Percentile = 50, NearestDistance = 9,
                Features = "resnet18-imagenet", Training = new(60, 100, 1), Signs = [],
            }, SpecJson.Compact) + "\n");
        }
    }
}
