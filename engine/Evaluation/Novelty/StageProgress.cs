namespace IconDiffusion.Evaluation.Novelty;

/// <summary>Counts icons through the sets of one stage of a report. Tells one thread at a time, and never fewer than before.</summary>
internal sealed class StageProgress(Action<string, int, int>? progress, string stage, int total)
{
    private readonly Lock _lock = new();
    private int _before;
    private int _told = -1;

    /// <summary>Works on the next set.</summary>
    /// <param name="count">Icons in it.</param>
    /// <param name="work">Told where to report the icons of this set that are done.</param>
    public T Next<T>(int count, Func<IProgress<int>?, T> work)
    {
        var before = _before;
        Tell(before);
        var result = work(progress is null ? null : new Reporter<int>(done => Tell(before + done)));
        _before += count;
        Tell(_before);
        return result;
    }

    // Workers count up in order and may arrive here in another.
    private void Tell(int done)
    {
        lock (_lock)
        {
            if (done <= _told) return;
            _told = done;
            progress?.Invoke(stage, done, total);
        }
    }
}
