using Orleans.Runtime;

namespace IconDiffusion.Grains;

/// <summary>
/// Writes one state of a grain whose requests interleave: one write at a time, and whoever asks while one is under way shares
/// the next. Only for use on the grain's own scheduler.
/// </summary>
/// <param name="state">The state.</param>
/// <param name="snapshot">What to write, taken at the last moment.</param>
internal sealed class SharedWriter<T>(IPersistentState<T> state, Func<T> snapshot)
{
    private Task _current = Task.CompletedTask;
    private Task? _next;

    /// <summary>Completes when all that was decided before this call is on the disk.</summary>
    public Task SaveAsync() => _next ??= WriteAfterAsync(_current);

    private async Task WriteAfterAsync(Task previous)
    {
        await Task.Yield();
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _current = _next!;
        _next = null;
        state.State = snapshot();
        await state.WriteStateAsync();
    }
}
