using System.Globalization;

namespace IconDiffusion.Specs;

/// <summary>What a window is called in words, wherever it is told.</summary>
public static class WindowText
{
    /// <summary>One line while training goes on: <c>in the window since step 3,100</c>.</summary>
    public static string Of(TrainingWindow window) => window.State switch
    {
        WindowState.Ahead => $"step {Step(window.Step)}: not sharp yet",
        WindowState.Open => $"in the window since step {Step(window.Quality!.By)}",
        WindowState.Closed => $"copies since step {Step(window.Copying!.By)}",
        _ => $"copies since step {Step(window.Copying!.By)}, before it was sharp",
    };

    /// <summary>A sentence on a run's result; null: training has not ended.</summary>
    public static string? OfResult(TrainingWindow window) => window.Result is not { } result ? null : (window.PlaceOf(result), window.State) switch
    {
        (WindowPlace.Inside, WindowState.Open) => $"The result, step {Step(result)}, lies inside the safe window, which opened by step {Step(window.Quality!.By)} and did not close while the run trained.",
        (WindowPlace.Inside, _) => $"The result, step {Step(result)}, lies inside the safe window from step {Step(window.Quality!.By)} to {Step(window.Copying!.By)}.",
        (WindowPlace.After, WindowState.Closed) => $"The result, step {Step(result)}, lies after the safe window, which closed by step {Step(window.Copying!.By)}: it copies; the best step was {Step(window.Best)}.",
        (WindowPlace.After, _) => $"The result, step {Step(result)}, copies its training icons, which began by step {Step(window.Copying!.By)} before quality had arrived: the safe window never opened.",
        (_, WindowState.Ahead) => $"The result, step {Step(result)}, lies before the safe window, which did not open while the run trained: quality was still rising, and nothing was copied beyond chance.",
        (_, WindowState.NeverOpens) => $"The result, step {Step(result)}, is from before copying began by step {Step(window.Copying!.By)}; quality had not arrived by then: the safe window never opened.",
        _ => $"The result, step {Step(result)}, lies before the safe window, which opened by step {Step(window.Quality!.By)}.",
    };

    /// <summary>Which signs the looks lack, a sentence each; none: they have all.</summary>
    public static IEnumerable<string> Lacking(TrainingWindow window)
    {
        if (window.HeldOut < 2)
            yield return $"{(window.HeldOut == 0 ? "No icons were" : "One icon was")} held out, so quality is told by the training icons, which a copier comes near to as well, and what the method knows of new icons is missing.";
    }

    /// <summary>A step with groups of three digits.</summary>
    public static string Step(long? step) => step is { } number ? number.ToString("N0", CultureInfo.InvariantCulture) : "none";
}
