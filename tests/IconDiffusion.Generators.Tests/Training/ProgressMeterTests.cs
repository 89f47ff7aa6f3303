using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class ProgressMeterTests : IProgress<WorkProgress>
{
    private readonly ManualTime _time = new();
    private readonly List<WorkProgress> _reports = [];

    void IProgress<WorkProgress>.Report(WorkProgress value) => _reports.Add(value);

    [Fact]
    public void StepsOfTwoSeconds_AreHalfAStepPerSecond()
    {
        var meter = Meter(new TrainingSpec { Steps = 5 });
        Step(meter, 1, seconds: 2);
        Step(meter, 2, seconds: 2);

        Assert.Equal(
            new() { Done = 2, Total = 5, Step = 2, StepsPerSecond = 0.5, Loss = 0.5, Worked = TimeSpan.FromSeconds(4) }, _reports[^1]);
        Assert.Equal(TimeSpan.FromSeconds(10), _reports[^1].Whole);
    }

    [Fact]
    public void TheShareDone_IsThatOfTheLimitThatComesFirst()
    {
        var meter = Meter(new TrainingSpec { Steps = 8, Budget = TimeSpan.FromSeconds(10) });
        Step(meter, 1, seconds: 1);
        Assert.Equal((1, 8), (_reports[^1].Done, _reports[^1].Total));
        Step(meter, 2, seconds: 4);
        Assert.Equal((5, 10), (_reports[^1].Done, _reports[^1].Total));  // a quarter of the steps, half of the budget
        Step(meter, 3, seconds: 6);
        Assert.Equal((11, 10, 1), (_reports[^1].Done, _reports[^1].Total, _reports[^1].Share));
    }

    [Theory]
    [InlineData(5_000_000, 0.13)]
    [InlineData(5_000_000, 0.0001)]
    [InlineData(40, 0.13)]
    [InlineData(null, 0.13)]
    public void TheTimeLeft_IsNeverMoreThanTheBudgetLeaves(int? steps, double seconds)
    {
        var budget = TimeSpan.FromMinutes(20);
        var meter = Meter(new TrainingSpec { Steps = steps, Budget = budget });
        // The first step warms up.
        for (var step = 1; step <= 30; step++)
            Step(meter, step, step == 1 ? 20 * seconds : seconds);

        Assert.All(_reports, report => Assert.InRange((report.Whole!.Value - report.Worked).TotalSeconds, 0, (budget - report.Worked).TotalSeconds + 1e-6));
    }

    [Fact]
    public void Reports_ComeAtMostTenTimesASecond()
    {
        var meter = Meter(new TrainingSpec());
        for (var step = 1; step <= 10; step++)
            Step(meter, step, seconds: 0.04);
        Assert.Equal([1, 4, 7, 10], _reports.Select(report => report.Step!.Value));
    }

    [Fact]
    public void TimeForACheckpoint_IsNoPartOfAStep()
    {
        var meter = Meter(new TrainingSpec());
        Step(meter, 1, seconds: 1);
        _time.Advance(TimeSpan.FromSeconds(30));
        meter.Skip();
        Step(meter, 2, seconds: 1);
        Assert.Equal(1, _reports[^1].StepsPerSecond);
    }

    private void Step(ProgressMeter meter, long step, double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(seconds, meter.Step(step, loss: 0.5), 1e-6);
    }

    private ProgressMeter Meter(TrainingSpec training) => new(training, new WorkClock(_time, TimeSpan.Zero), this);
}
