namespace IconDiffusion.Grains;

/// <summary>
/// Writes what a grain whose requests interleave has decided: one write at a time, so that none overtakes another, and whoever asks
/// while one is under way shares the next. Only for use on the grain's own scheduler.
/// </summary>
/// <param name="write">Takes what is to be written at the last moment, and writes it.</param>
internal sealed class SharedWriter(Func<Task> write)
{
    private Task _current = Task.CompletedTask;
    private Task? _next;

    /// <summary>Completes when all that was decided before this call is written.</summary>
    public Task SaveAsync() => _next ??= WriteAfterAsync(_current);

    private async Task WriteAfterAsync(Task previous)
    {
        await Task.Yield();
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _current = _next!;
        _next = null;
        await write();
    }
}
