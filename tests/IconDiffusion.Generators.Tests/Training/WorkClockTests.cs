using IconDiffusion.Generators.Training;

namespace IconDiffusion.Generators.Tests.Training;

public class WorkClockTests
{
    [Fact]
    public void TimeWorked_GoesOnFromWhatTheCheckpointHad()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromHours(5));  // time before the run is not its time
        var clock = new WorkClock(time, before: TimeSpan.FromMinutes(10));
        time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(TimeSpan.FromMinutes(11.5), clock.Worked);
    }
}
