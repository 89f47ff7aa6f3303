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
    private volatile bool _isDisposed;

    /// <param name="onStop">Called at the first signal.</param>
    public StopSignals(Action onStop, CancellationToken outer)
    {
        (_source, _onStop) = (CancellationTokenSource.CreateLinkedTokenSource(outer), onStop);
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM]).Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    /// <summary>Takes it for a signal, too, that nobody reads any more what this process writes.</summary>
    public StopSignals WithReaders()
    {
        Readers.WhenGone(() => Stop());
        return this;
    }

    /// <summary>Cancelled at the first signal, or with the outer token.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    // The second one does what it does by default.
    private void OnSignal(PosixSignalContext context) => context.Cancel = Stop();

    private bool Stop()
    {
        if (_isDisposed || _source.IsCancellationRequested)
            return false;
        _onStop();
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work has ended at this very moment.
        }
        return true;
    }
}
