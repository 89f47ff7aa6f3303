using System.Text.Json;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Engine.Tests.Pipeline.Experiments;

public sealed class WindowForecastTests
{
    [Fact]
    public void CopyingGrowsWithTheIcons_AndQualityDoesNot()
    {
        var forecast = WindowForecast.Of(100, [(20, Window(new(200, 400), new(600, 800))), (40, Window(new(300, 500), new(1600, 2000)))])!;

        Assert.Equal((2, new StepSpan(200, 500)), (forecast.Runs, forecast.Quality));
        Assert.Equal((3000L, 5000L), forecast.Copying);
        // 30 steps for each icon at the least, and quality by step 500.
        Assert.Equal(17, forecast.IconsToOpen);
    }

    [Fact]
    public void RunsThatNeverCopied_SayHowLongAtLeast()
    {
        var forecast = WindowForecast.Of(80, [(20, Window(null, null, step: 1000)), (40, Window(null, null, step: 1000))])!;

        Assert.Equal((null, (4000L, (long?)null), null), (forecast.Quality, forecast.Copying, forecast.IconsToOpen));
        Assert.Null(WindowForecast.Of(80, []));
    }

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

        var (icons, window) = Assert.Single(WindowForecast.Like(run, data));
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

    private static TrainingWindow Window(StepSpan? quality, StepSpan? copying, long step = 10_000) => new()
    {
        State = WindowState.Open, Step = step, Looks = 9, Quality = quality, Copying = copying, Copies = 0, Icons = 64, HeldOut = 0,
    };
}
