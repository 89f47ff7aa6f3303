using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Generators.Training;

/// <summary>Measures the speed of training and reports it, seldom enough to cost nothing: at most ten times a second.</summary>
public sealed class ProgressMeter(TrainingSpec training, WorkClock clock, IProgress<WorkProgress>? progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private const double Smoothing = 0.1;

    private TimeSpan _stepEnded = clock.Worked;
    private TimeSpan? _reported;
    private double _secondsPerStep;

    /// <summary>Counts a step that has just ended.</summary>
    /// <returns>Seconds that it took.</returns>
    public double Step(long step, double loss)
    {
        var now = clock.Worked;
        var seconds = (now - _stepEnded).TotalSeconds;
        _stepEnded = now;
        _secondsPerStep = _secondsPerStep == 0 ? seconds : _secondsPerStep + Smoothing * (seconds - _secondsPerStep);
        if (_reported is null || now - _reported >= Interval) Report(step, loss);
        return seconds;
    }

    /// <summary>Leaves the time since the last step out of the next step's: a checkpoint or a strip was made.</summary>
    public void Skip() => _stepEnded = clock.Worked;

    /// <summary>Reports now.</summary>
    public void Report(long step, double loss)
    {
        var worked = clock.Worked;
        _reported = worked;
        // Towards the limit that comes first at the mean speed so far, which is the one that is nearer to its end.
        var isBySteps = training.Steps is { } steps && (double)step / steps >= worked / training.Budget;
        progress?.Report(new()
        {
            Done = isBySteps ? step : worked.TotalSeconds,
            Total = isBySteps ? training.Steps!.Value : training.Budget.TotalSeconds,
            Step = step,
            StepsPerSecond = _secondsPerStep > 0 ? 1 / _secondsPerStep : 0,
            Loss = loss,
            Worked = worked,
        });
    }
}
