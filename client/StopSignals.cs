using System.Runtime.InteropServices;

namespace IconDiffusion.Client;

/// <summary>
/// SIGINT and SIGTERM as a cancellation, so that work can end with a checkpoint; the second one does what it does by default, which is to
/// end the process and loses nothing but time.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly Action _onStop;
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="onStop">Called at the first signal.</param>
    public StopSignals(Action onStop, CancellationToken outer)
    {
        (_source, _onStop) = (CancellationTokenSource.CreateLinkedTokenSource(outer), onStop);
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM]).Select(signal => PosixSignalRegistration.Create(signal, Stop))];
    }

    /// <summary>Cancelled at the first signal, or with the outer token.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        _onStop();
        _source.Cancel();
    }
}
