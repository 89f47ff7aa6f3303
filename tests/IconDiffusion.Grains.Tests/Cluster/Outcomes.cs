using System.Globalization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>What work comes to, as a function of its spec.</summary>
internal static class Outcomes
{
    /// <summary>Time that one batch of icons takes.</summary>
    public static readonly TimeSpan BatchTime = TimeSpan.FromMinutes(10);

    public static WorkOutcome Of(WorkSpec spec) => spec switch
    {
        TrainingWork training => new TrainingDone(Training(training.RunId)),
        SampleWork batch => new SamplesDone(new() { Count = batch.Count, Time = BatchTime }),
        EvaluationWork evaluation => new EvaluationDone(new()
        {
            RunId = evaluation.RunId,
            Spec = evaluation.Run,
            DatasetFingerprint = evaluation.DatasetFingerprint,
            Training = evaluation.Training,
            Sampling = evaluation.Sampling,
            Scores = new()
            {
                Fid = evaluation.Run.Seed, Mae = 2, MaeMirrored = 2, GeneratedCount = evaluation.Sampling.Count, TrainingCount = 8,
                Features = "none", NotComparable = [],
            },
            Provenance = new() { CodeVersion = "test", Device = "test", LibTorch = "none", Threads = 1, FinishedAt = DateTimeOffset.UnixEpoch },
        }),
        ReportWork report => new ReportDone(new()
        {
            Results = report.Name, Files = ["report.html"], Missing = report.Missing, IsWhole = true,
        }),
        _ => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Unknown work {spec}."), nameof(spec)),
    };

    public static TrainingSummary Training(string runId) => new()
    {
        Steps = 100, ImagesSeen = 1600, Time = TimeSpan.FromHours(1), End = TrainingEnd.Steps, Loss = 0.1, Parameters = 1000,
        WeightsHash = $"weights of {runId}",
    };
}
