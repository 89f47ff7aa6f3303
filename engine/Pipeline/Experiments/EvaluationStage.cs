using System.Reflection;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Evaluation;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Kernels;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Scores a run's icons and shows them. A result that is there is only read.</summary>
public static class EvaluationStage
{
    /// <summary>The version of this code that results carry.</summary>
    public static string CodeVersion { get; } =
        typeof(EvaluationStage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <inheritdoc cref="TrainingStage.Run"/>
    /// <exception cref="DatasetException">The data set is not in the store.</exception>
    /// <exception cref="FileNotFoundException">An icon or the Inception weights are missing.</exception>
    /// <exception cref="ArgumentException">There are fewer than two icons.</exception>
    public static RunResult Run(EvaluationWork work, WorkContext context, CancellationToken cancellation)
    {
        var start = context.Time.GetTimestamp();
        var results = context.Folder(work).Result(work.Run);
        var result = Finished(results, context.Warn);
        var stages = RunNovelty.Stages(work.Run);
        var wantsNovelty = work.Run.Evaluation.Figures == EvaluationFigures.All && !RunNovelty.IsWhole(results, work.Run);
        if (result is not null && !wantsNovelty) return result;
        context.Fence?.Enter(takeOver: true);
        var icons = new RunIcons(context.Data, work.RunId, work.Run, work.DatasetFingerprint, work.Sampling.Count);
        result ??= Score(work, icons, context, start, cancellation);
        if (wantsNovelty) new RunNovelty(context.Data, context.Bench, context.Warn) { Time = context.Time }.Ensure(result, icons, Report, cancellation);
        context.Fence?.Verify();
        return result;

        // The second half of the bar.
        void Report(string stage, int done, int total) => context.Report(new()
        {
            Done = Icons(result) * (1 + ((stages.IndexOf(stage) + ((double)done / Math.Max(1, total))) / stages.Length)),
            Total = 2 * Icons(result),
            Worked = context.Time.GetElapsedTime(start),
        });
    }

    private static int Icons(RunResult result) => result.Scores.GeneratedCount + result.Scores.TrainingCount;

    private static RunResult Score(EvaluationWork work, RunIcons icons, WorkContext context, long start, CancellationToken cancellation)
    {
        var spec = work.Run;
        var (training, generated) = (icons.Training, icons.Generated);

        // Scores.
        var extractor = context.Bench.Features(spec.Evaluation, context.Data);
        var features = new SampleFeatures(icons.Folder, spec.Sampling.Sampler, extractor, context.Warn);
        var evaluation = new Evaluator(extractor, new FeatureCache(context.Data.Weights)).Evaluate(
            generated, progress => features.Of(generated, spec.Sampling.BatchSize, progress, cancellation),
            training, work.DatasetFingerprint, cancellation, new Reporter<int>(Report));
        var result = new RunResult
        {
            RunId = work.RunId,
            Spec = spec,
            DatasetFingerprint = work.DatasetFingerprint,
            Scores = evaluation.Scores with { ContentMae = ContentDistance.Of(icons.Folder, spec, generated) },
            Training = work.Training,
            Sampling = work.Sampling,
            Provenance = new()
            {
                CodeVersion = CodeVersion,
                Device = context.Bench.Device.Name,
                LibTorch = LibTorch.Version,
                Threads = context.Bench.Device.Threads,
                Generation = LibTorch.Generation,
                FinishedAt = context.Time.GetUtcNow(),
            },
        };

        // Pictures, and the result last.
        context.Fence?.Verify();
        RunReport.Write(icons.Folder.Result(spec), result, generated, training, evaluation);
        return result;

        void Report(int done) => context.Report(new()
        {
            Done = done,
            Total = (generated.Count + training.Count) * (spec.Evaluation.Figures == EvaluationFigures.All ? 2 : 1),
            Worked = context.Time.GetElapsedTime(start),
        });
    }

    private static RunResult? Finished(string folder, Action<string> warn)
    {
        if (!File.Exists(Path.Combine(folder, RunReport.ResultFile))) return null;
        try
        {
            return RunReport.ReadResult(folder);
        }
        catch (JsonException exception)
        {
            warn($"The result in '{folder}' can't be read and is made again: {exception.Message}");
            return null;
        }
    }
}
