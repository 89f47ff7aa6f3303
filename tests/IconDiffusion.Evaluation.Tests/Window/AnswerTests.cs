using IconDiffusion.Evaluation.Window;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Window;

public sealed class AnswerTests
{
    // Two of 200 training icons lie below the threshold, so chance gives about one in a hundred.
    private static (RunResult Result, NoveltyReport Novelty) Run(string id, int copies, WindowState? state = null, long? quality = null, long? copying = null, long step = 1000, int duplicates = 0)
    {
        var result = Results.Make([1], 0, 0, []) with { RunId = id } is var made && state is { } known
            ? made with
            {
                Training = made.Training with
                {
                    Window = new()
                    {
                        State = known, Step = step, Looks = 9, Copies = 0, Icons = 64, HeldOut = 40, Result = step,
                        Quality = quality is { } by ? new(by / 2, by) : null, Copying = copying is { } from ? new(from / 2, from) : null,
                    },
                },
            }
            : made;
        double[] distances = [.. Enumerable.Range(0, 200).Select(i => i < 2 ? 1.0 : 10 + i)];
        return (result, new()
        {
            Title = id, Settings = new(), TrainingCount = 200, GeneratedCount = 1024, HeldOutCount = 0, ImageSize = 32, Features = "network",
            Verdict = new("A sentence.", copies, 1024, 2, []), Rows = [], Icons = [], Notes = [],
            Calibration = [new(DistanceSpace.Aligned, [.. distances])],
            Duplicates = [.. Enumerable.Range(0, duplicates).Select(i => new TrainingDuplicates([i, i + 1], 0))],
        });
    }

    [Fact]
    public void EachRun_IsJudgedByItsCopiesAndItsWindow()
    {
        Assert.Equal(AnswerKind.NewWorks, Answer.Of([Run("a", copies: 12, WindowState.Closed, quality: 400, copying: 2000)]).Kind);
        Assert.Equal(AnswerKind.NewWorks, Answer.Of([Run("a", copies: 12)]).Kind);
        Assert.Equal(AnswerKind.Copies, Answer.Of([Run("a", copies: 300, WindowState.Closed, quality: 400, copying: 2000)]).Kind);
        Assert.Equal(AnswerKind.NotYet, Answer.Of([Run("a", copies: 0, WindowState.Ahead)]).Kind);
        Assert.Equal(AnswerKind.NotYet, Answer.Of([Run("a", copies: 0, WindowState.NeverOpens, copying: 2000)]).Kind);
        Assert.Equal((AnswerKind.NotYet, null), (Answer.Of([]).Kind, Answer.Of([]).Run));
    }

    [Fact]
    public void TheBestRunAnswers()
    {
        var answer = Answer.Of(
            [Run("copier", copies: 900), Run("maker", copies: 3, WindowState.Open, quality: 400), Run("blurred", copies: 0, WindowState.Ahead)]);

        Assert.Equal((AnswerKind.NewWorks, "maker", 0), (answer.Kind, answer.Run, answer.Advice.Count));
    }

    [Fact]
    public void Advice_IsGivenForWhatIsWrong()
    {
        Assert.Equal(3, Answer.Of([Run("a", copies: 900, duplicates: 4)]).Advice.Count);   // pictures, an earlier end, duplicates
        Assert.Single(Answer.Of([Run("a", copies: 0, WindowState.Ahead)]).Advice);   // time
        Assert.Single(Answer.Of([Run("a", copies: 0, WindowState.NeverOpens, copying: 2000)]).Advice);   // pictures, not time
    }
}
