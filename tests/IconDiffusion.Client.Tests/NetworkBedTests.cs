using System.Diagnostics;

namespace IconDiffusion.Client.Tests;

/// <summary>Hosts in network namespaces, with keys: unplugged, split, without their database. The long part is <c>tests/cluster_campaign.sh</c> itself.</summary>
public sealed class NetworkBedTests
{
    private const int MayNot = 77;

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task HostsAndTheNetworkFail_AndNoCellIsLostOrDoneTwice()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Network namespaces are Linux'.");
        var start = new ProcessStartInfo("bash", [Checkout.PathOf("tests", "cluster_campaign.sh"), "short"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // What the script measures is for a machine without other tests beside it; what it holds to holds on every machine.
            Environment = { ["ICON"] = $"dotnet {Path.Combine(Icon.Silo, "icon-silo.dll")}", ["PATIENCE"] = "8" },
        };
        using var bed = Process.Start(start)!;

        var outcome = await Icon.EndAsync(bed);

        Skip.If(outcome.ExitCode == MayNot, outcome.Error.Trim());
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Error);
    }
}
