namespace IconDiffusion.Generators.Training;

/// <summary>
/// Time worked over all interruptions: what the checkpoint had, and what has passed since. Work that a crash threw away
/// is not counted, since it is done again.
/// </summary>
public sealed class WorkClock(TimeProvider time, TimeSpan before)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Time worked until now.</summary>
    public TimeSpan Worked => before + time.GetElapsedTime(_start);
}
