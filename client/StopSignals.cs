using System.Runtime.InteropServices;

namespace IconDiffusion.Client;

/// <summary>Ctrl+C and SIGTERM ask for a checkpoint first; a second Ctrl+C ends the process at once, which loses nothing but time.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _registrations;

    private StopSignals(CancellationToken outer)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM]).Select(signal => PosixSignalRegistration.Create(signal, Stop))];
    }

    public CancellationToken Token => _source.Token;

    public static StopSignals Linked(CancellationToken outer) => new(outer);

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
        Console.Error.WriteLine("icon: stopping after a checkpoint (once more to stop at once)");
        _source.Cancel();
    }
}
