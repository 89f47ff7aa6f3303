namespace IconDiffusion.Evaluation;

/// <summary>Progress on the caller's own thread; <see cref="Progress{T}"/> would post it elsewhere, out of order.</summary>
public sealed class Reporter<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
