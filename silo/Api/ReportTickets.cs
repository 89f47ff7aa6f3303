using System.Collections.Concurrent;
using IconDiffusion.Silo.Hosting;

namespace IconDiffusion.Silo.Api;

/// <summary>
/// Addresses at which a report can be read once, within a minute, by a browser's frame, which can send no token: the token itself stays in headers.
/// </summary>
internal sealed class ReportTickets(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (string Experiment, DateTimeOffset Until)> _open = [];

    /// <summary>Makes one.</summary>
    public string Open(string experiment)
    {
        foreach (var (old, (_, until)) in _open)
            if (until < time.GetUtcNow())
                _open.TryRemove(old, out _);
        var ticket = SiloToken.New();
        _open[ticket] = (experiment, time.GetUtcNow() + Patience);
        return ticket;
    }

    /// <summary>The experiment whose report may be read with a ticket, which is worth nothing afterwards; null: none.</summary>
    public string? Take(string ticket) => _open.TryRemove(ticket, out var found) && found.Until >= time.GetUtcNow() ? found.Experiment : null;
}
