using IconDiffusion.Generators.Runs;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// The pieces of work that take a run from its spec to its result. Each leaves its outcome in the run's folder and takes up what it
/// finds there, so it may be interrupted anywhere and repeated at will.
/// </summary>
public static class Stages
{
    /// <summary>Does a piece of work to its end.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on from there.</exception>
    /// <exception cref="SupersededException">A newer attempt has begun.</exception>
    public static WorkOutcome Execute(WorkSpec work, WorkContext context, CancellationToken cancellation) => work switch
    {
        TrainingWork training => new TrainingDone(TrainingStage.Run(training, context, cancellation)),
        SampleWork batch => new SamplesDone(SampleStage.Run(batch, context, cancellation)),
        EvaluationWork evaluation => new EvaluationDone(EvaluationStage.Run(evaluation, context, cancellation)),
        _ => throw new ArgumentException($"{work.GetType().Name} is no known kind of work.", nameof(work)),
    };

    /// <summary>Where attempts at a piece of work are noted.</summary>
    public static string AttemptFile(RunFolder folder, WorkSpec work) => work switch
    {
        SampleWork batch => folder.AttemptFile($"{Specs.RunIdentity.Samples(batch.Run.Sampling.Sampler)}-{batch.First:D5}-{batch.Count}"),
        EvaluationWork => folder.AttemptFile(Specs.RunIdentity.Result(work.Run)),
        _ => folder.AttemptFile(),
    };
}
