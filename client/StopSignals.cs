using System.Runtime.InteropServices;

namespace IconDiffusion.Client;

/// <summary>Ctrl+C and SIGTERM ask for a checkpoint first; a second Ctrl+C ends the process at once, which loses nothing but time.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>For work of this process.</summary>
    public const string AfterCheckpoint = "icon: stopping after a checkpoint (once more to stop at once)";

    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _registrations;
    private readonly string _message;

    private StopSignals(string message, CancellationToken outer)
    {
        _message = message;
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM]).Select(signal => PosixSignalRegistration.Create(signal, Stop))];
    }

    public CancellationToken Token => _source.Token;

    /// <param name="message">Said at the first signal.</param>
    public static StopSignals Linked(string message, CancellationToken outer) => new(message, outer);

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
        Console.Error.WriteLine(_message);
        _source.Cancel();
    }
}
