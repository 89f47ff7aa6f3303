using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class AwakeTimeTests
{
    private readonly ManualTime _wall = new();

    [Fact]
    public void ATimeThatNobodySaw_DidNotPass()
    {
        using var time = new AwakeTime(_wall);
        var start = time.GetTimestamp();
        Pass(time, seconds: 3);
        _wall.Advance(TimeSpan.FromHours(10));
        Assert.Equal(TimeSpan.FromSeconds(3), time.GetElapsedTime(start));
        Pass(time, seconds: 2);
        _wall.Advance(AwakeTime.LongestPause * 1.1);
        Assert.Equal(TimeSpan.FromSeconds(5), time.GetElapsedTime(start));
        Pass(time, seconds: 1);

        Assert.Equal(TimeSpan.FromSeconds(6), time.GetElapsedTime(start));
    }

    [Fact]
    public void SomebodyLooksAllTheTime_UntilTheEnd()
    {
        var looked = new CountdownEvent(5);
        using var time = new AwakeTime(new CountedTime(looked));

        Assert.True(looked.Wait(Patience.Limit), $"{looked.CurrentCount} of 5 looks are missing.");
    }

    [Fact]
    public void ATrainingThatIsStopped_HasItsWholeBudgetAllTheSame()
    {
        using var folder = new TempFolder();
        using var time = new AwakeTime(_wall);
        var spec = TinyRun.Spec(steps: null);
        spec = spec with { Training = spec.Training with { Budget = TimeSpan.FromSeconds(5) } };

        var summary = TinyRun.Train(new(folder["run"]), spec, Progress, time: time);

        Assert.Equal((TrainingEnd.Budget, 10, TimeSpan.FromSeconds(5)), (summary.End, summary.Steps, summary.Time));

        void Progress(WorkProgress progress)
        {
            _wall.Advance(progress.Step == 4 ? TimeSpan.FromHours(1) : TimeSpan.Zero);
            time.GetTimestamp();
            Pass(time, seconds: 0.5);
        }
    }

    private void Pass(AwakeTime time, double seconds)
    {
        for (var left = seconds; left > 0; left -= 0.5)
        {
            _wall.Advance(TimeSpan.FromSeconds(0.5));
            time.GetTimestamp();
        }
    }

    private sealed class CountedTime(CountdownEvent looked) : TimeProvider
    {
        public override long GetTimestamp()
        {
            if (!looked.IsSet) looked.Signal();
            return base.GetTimestamp();
        }
    }
}
