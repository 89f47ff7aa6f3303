using System.Globalization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Window;

/// <summary>The project's question about a set of trained runs, answered: do they make new works, copies, or nothing good enough yet?</summary>
/// <param name="Kind">The answer.</param>
/// <param name="Run">The run that it rests on; null: there is none.</param>
/// <param name="Sentence">For a person, the answer first.</param>
/// <param name="Advice">What would help, a sentence each; none: nothing is needed.</param>
public sealed record Answer(AnswerKind Kind, string? Run, string Sentence, EquatableList<string> Advice)
{
    // Chance gives as many copies as this seldom, where it is not copying.
    private const double Seldom = 0.01;

    /// <summary>Answers from the results of runs and their novelty reports: the best of them counts.</summary>
    public static Answer Of(IReadOnlyList<(RunResult Result, NoveltyReport Novelty)> runs)
    {
        if (runs.Count == 0) return new(AnswerKind.NotYet, null, "No answer: no run has a result.", []);
        var (kind, (result, novelty)) = runs.Select(run => (Kind: KindOf(run.Result, run.Novelty), Run: run)).OrderBy(each => each.Kind).First();
        var (label, verdict) = (result.Spec.Label, novelty.Verdict);
        var counted = string.Create(CultureInfo.InvariantCulture,
            $"{verdict.Copies} of {verdict.Count} icons are copies by the rule, where chance gives {Chance(novelty).Mean(verdict.Count):0.#}");
        return new(kind, result.RunId, kind switch
        {
            AnswerKind.NewWorks => $"New works: {label} draws icons of its own in this style; {counted}.",
            AnswerKind.NotYet => $"Not good enough yet: what {label} draws is not sharp; {counted}.",
            _ => $"Copies: {label} draws its training icons again; {counted}.",
        }, [.. AdviceFor(kind, result, novelty)]);
    }

    // A run whose training nobody looked at is judged by its copies alone.
    private static AnswerKind KindOf(RunResult result, NoveltyReport novelty)
    {
        if (Chance(novelty).Tail(novelty.Verdict.Count, novelty.Verdict.Copies) <= Seldom) return AnswerKind.Copies;
        return result.Training.Window is { Result: { } step } window && window.PlaceOf(step) != WindowPlace.Inside ? AnswerKind.NotYet : AnswerKind.NewWorks;
    }

    private static ChanceOfCopies Chance(NoveltyReport novelty)
    {
        var distances = novelty.Calibration.FirstOrDefault(each => each.Space == DistanceSpace.Aligned)?.Values ?? [];
        var heldOut = novelty.Rows.FirstOrDefault(row => row.Kind == SetKind.HeldOut);
        return new(new(distances.Count, distances.Count(distance => distance <= novelty.Verdict.Threshold), heldOut?.Count ?? 0, heldOut?.Copies ?? 0));
    }

    private static IEnumerable<string> AdviceFor(AnswerKind kind, RunResult result, NoveltyReport novelty)
    {
        var pictures = novelty.TrainingCount;
        if (kind == AnswerKind.Copies || result.Training.Window is { State: WindowState.NeverOpens })
            yield return $"More pictures: copying begins the later the more there are, about in proportion; now there are {pictures}.";
        if (kind == AnswerKind.Copies && result.Spec.Training.Stop != TrainingStop.Window)
            yield return "An earlier end: \"training\": { \"stop\": \"window\" } keeps the best weights from before copying began.";
        if (kind == AnswerKind.NotYet && result.Training.Window is not { State: WindowState.NeverOpens })
            yield return $"More time: quality was still rising after {WindowText.Step(result.Training.Steps)} steps, when training ended.";
        if (novelty.Duplicates.Count > 0)
            yield return $"Fewer duplicates: {novelty.Duplicates.Count} of the pictures are there more than once, and such are copied first.";
    }
}

/// <summary>What a trained generator makes, the best answer first.</summary>
public enum AnswerKind
{
    /// <summary>Icons that are good and no copies.</summary>
    NewWorks,

    /// <summary>Icons that are no copies and not good either.</summary>
    NotYet,

    /// <summary>More copies of training icons than chance gives.</summary>
    Copies,
}
