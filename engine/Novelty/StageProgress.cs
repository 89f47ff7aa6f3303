using IconDiffusion.Engine.Experiments;

namespace IconDiffusion.Engine.Novelty;

/// <summary>Counts icons through the sets of one stage of a report.</summary>
internal sealed class StageProgress(Action<string, int, int>? progress, string stage, int total)
{
    private int _before;

    /// <summary>Works on the next set.</summary>
    /// <param name="count">Icons in it.</param>
    /// <param name="work">Told where to report the icons of this set that are done.</param>
    public T Next<T>(int count, Func<IProgress<int>?, T> work)
    {
        var before = _before;
        progress?.Invoke(stage, before, total);
        var result = work(progress is null ? null : new Reporter<int>(done => progress(stage, before + done, total)));
        _before += count;
        progress?.Invoke(stage, _before, total);
        return result;
    }
}
