using System.Diagnostics;

namespace IconDiffusion.Client.Tests;

/// <summary><c>deploy/icon-silo.service</c>, as systemd reads it.</summary>
public sealed class ServiceUnitTests
{
    [SkippableFact]
    public async Task TheUnit_HasNothingThatSystemdDoesNotKnow()
    {
        using var folder = new TempFolder();
        var program = folder.Add("icon", "#!/bin/sh\n"u8.ToArray());
        // The unit of a machine where it is installed, with the program and the user that are there.
        var text = File.ReadAllText(Checkout.PathOf("deploy", "icon-silo.service"));
        var unit = folder.Add("icon-silo.service", System.Text.Encoding.UTF8.GetBytes(text.Replace("/opt/icondiffusion/icon", program).Replace("User=icon", $"User={Environment.UserName}")));
        var broken = folder.Add("broken.service", System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(unit).Replace("Restart=always", "Restart=perhaps")));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.Equal("", await VerifyAsync(unit));
        Assert.NotEqual("", await VerifyAsync(broken));
    }

    private static async Task<string> VerifyAsync(string unit)
    {
        Process? verify = null;
        try
        {
            verify = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", unit]) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "systemd-analyze is not installed.");
        }
        using (verify)
        {
            var outcome = await Icon.EndAsync(verify!);
            return string.Join('\n', (outcome.Output + outcome.Error).Split('\n').Where(line => line.Contains(Path.GetFileName(unit), StringComparison.Ordinal)));
        }
    }
}
