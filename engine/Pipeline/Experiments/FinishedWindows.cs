using System.Text.Json;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>The safe windows that runs of a data folder have left behind.</summary>
public static class FinishedWindows
{
    /// <summary>The finished runs of a data folder that are like a run in all but their icons, seed and limits.</summary>
    public static IReadOnlyList<(int Icons, TrainingWindow Window)> Like(RunSpec run, DataFolder data) => !Directory.Exists(data.Runs) ? [] :
        [.. Directory.EnumerateDirectories(data.Runs).Select(path => Read(run, new RunFolder(path))).OfType<(int, TrainingWindow)>()];

    private static (int, TrainingWindow)? Read(RunSpec run, RunFolder folder)
    {
        if (!File.Exists(folder.WeightsFile) || !File.Exists(folder.SpecFile)) return null;
        try
        {
            var other = JsonSerializer.Deserialize<RunSpec>(File.ReadAllText(folder.SpecFile), SpecJson.Indented)!;
            return Same(run) == Same(other) && TrainingWatch.Read(folder) is { Count: > 0 } looks ? (looks[^1].Training.Count, WindowRule.Of(looks)!) : null;
        }
        catch (JsonException)
        {
            // Of another version: it lets expect nothing.
            return null;
        }
    }

    private static (ModelSpec, TrainingSpec, int, bool) Same(RunSpec run) =>
        (run.Model, run.Training with { Budget = default, Steps = null, Stop = default, Tf32 = true }, run.Dataset.ImageSize, run.Dataset.HorizontalFlip);
}
