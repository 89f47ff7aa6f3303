using IconDiffusion.Specs;

namespace IconDiffusion.Tests;

/// <summary>Finished runs that never ran.</summary>
internal static class Results
{
    public static RunResult Make(EquatableList<int> dimMults, double fid, double mae, EquatableList<string> notes) => new()
    {
        RunId = "0123456789abcdef",
        Spec = new() { Dataset = new NotoFacesSpec { Count = 158 }, Model = new DdpmSpec { Unet = new() { Dim = 64, DimMults = dimMults } } },
        DatasetFingerprint = new string('a', 64),
        Scores = new()
        {
            Fid = fid, Mae = mae, MaeMirrored = mae - 0.5, GeneratedCount = 1024, TrainingCount = 158,
            Features = "inception-v3 random", NotComparable = notes,
        },
        Training = new()
        {
            Steps = 700, ImagesSeen = 11_200, Time = new TimeSpan(26, 3, 4), End = TrainingEnd.Steps, Loss = 0.05,
            Parameters = 35_700_000, WeightsHash = new string('b', 64),
        },
        Sampling = new() { Count = 1024, Time = TimeSpan.FromHours(1) },
        Provenance = new()
        {
            CodeVersion = "0.1.0", Device = "cpu", LibTorch = "1.13.1", Threads = 2,
            FinishedAt = new(2022, 8, 1, 12, 0, 0, TimeSpan.Zero),
        },
    };
}
