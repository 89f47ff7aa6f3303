using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Tests.Generators.Training;

public sealed class ProgressMeterTests : IProgress<TrainingProgress>
{
    private readonly ManualTime _time = new();
    private readonly List<TrainingProgress> _reports = [];

    void IProgress<TrainingProgress>.Report(TrainingProgress value) => _reports.Add(value);

    [Fact]
    public void StepsOfTwoSeconds_AreHalfAStepPerSecond()
    {
        var meter = Meter(new TrainingSpec { Steps = 5 });
        Step(meter, 1, seconds: 2);
        Step(meter, 2, seconds: 2);

        Assert.Equal(new TrainingProgress(2, 5, 0.5, 0.5, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6)), _reports[^1]);
    }

    [Fact]
    public void TimeLeft_IsThatToTheNearerLimit()
    {
        var meter = Meter(new TrainingSpec { Steps = 5000, Budget = TimeSpan.FromSeconds(10) });
        Step(meter, 1, seconds: 2);
        Assert.Equal(TimeSpan.FromSeconds(8), _reports[^1].Left);
        Step(meter, 2, seconds: 20);
        Assert.Equal(TimeSpan.Zero, _reports[^1].Left);
    }

    [Fact]
    public void Reports_ComeAtMostTenTimesASecond()
    {
        var meter = Meter(new TrainingSpec());
        for (var step = 1; step <= 10; step++)
            Step(meter, step, seconds: 0.04);
        Assert.Equal([1, 4, 7, 10], _reports.Select(report => report.Step));
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
