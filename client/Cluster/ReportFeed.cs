using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Client.Cluster;

/// <summary>An experiment's report, once the silo has made it.</summary>
internal static class ReportFeed
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>Waits until a report that was asked for is there or has failed; null: none was asked for.</summary>
    /// <param name="say">Told once why it waits, where no device can take it.</param>
    public static async Task<ReportStatus?> WaitForReportAsync(this SiloClient silo, string id, Action<string> say, CancellationToken cancellation)
    {
        for (string? said = null; ; await Task.Delay(Pause, cancellation))
        {
            var report = (await silo.GetExperimentAsync(id, cancellation)).Report;
            if (report is not { State: ReportState.Waiting or ReportState.Running })
                return report;
            if (report.WaitsFor is { } reason && reason != said)
                say($"{id}: the report waits, as {said = reason}");
        }
    }
}
