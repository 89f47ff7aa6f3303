using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Tests.Training;

public class EmaScheduleTests
{
    [Fact]
    public void EveryCall_DoesWhatEmaPytorchDid()
    {
        var calls = 0;
        foreach (var row in Golden.Load("train_A").Json.GetProperty("ema_update_call_table").EnumerateArray())
        {
            var actions = row[1].EnumerateArray().Select(action => action.GetString()!).ToList();
            var decay = EmaSchedule.Decay(new EmaSpec(), row[0].GetInt64());

            // A copy followed by a move towards the same weights is a copy.
            var expected = actions[0] == "copy" ? 0 : double.Parse(actions[0].Split('=')[1]);
            Assert.NotNull(decay);
            Assert.Equal(expected, decay.Value, 1e-8);  // the table has nine digits
            calls++;
        }

        Assert.Equal(33, calls);
    }

    [Fact]
    public void BetweenUpdates_TheAverageRests() =>
        Assert.Equal(
            Enumerable.Range(0, 300).Select(tens => 1L + 10 * tens),
            Enumerable.Range(1, 3000).Select(step => (long)step).Where(step => EmaSchedule.Decay(new EmaSpec(), step) is not null));

    [Fact]
    public void TheCap_IsReachedAtCall2931()
    {
        Assert.True(EmaSchedule.Decay(new EmaSpec(), 2921) < 0.995);
        Assert.Equal(0.995, EmaSchedule.Decay(new EmaSpec(), 2931));
        Assert.Equal(0.995, EmaSchedule.Decay(new EmaSpec(), 1_000_001));
    }

    [Fact]
    public void WithoutWarmUp_OnlyTheFirstTwoUpdatesCopy()
    {
        var everyStep = new EmaSpec { UpdateEvery = 1, UpdateAfterStep = 0 };
        Assert.Equal([0, 0, 1 - Math.Pow(3, -2.0 / 3)], [.. Enumerable.Range(1, 3).Select(step => EmaSchedule.Decay(everyStep, step)!.Value)]);
    }
}
