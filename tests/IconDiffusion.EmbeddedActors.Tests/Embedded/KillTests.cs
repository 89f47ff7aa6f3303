using System.Globalization;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>Real processes, really killed.</summary>
public sealed class KillTests
{
    [Fact]
    public async Task WhatAKilledProcessHadWritten_IsThereAndItsRemindersFire()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("actors.db");
        int said;
        using (var child = ChildProcess.Start("write", path))
        {
            said = await ReadUntilAsync(child.StandardOutput, 50);
            child.Kill();
            while (await child.StandardOutput.ReadLineAsync() is { } line)
                said = int.TryParse(line, CultureInfo.InvariantCulture, out var total) ? total : said;
            await child.WaitForExitAsync();
        }
        await using var host = await EmbeddedHost.StartAsync(path);
        var kept = await host.Grains.GetGrain<ILedgerGrain>("one").Total();

        // One more may have been written than could still be said.
        Assert.InRange(kept, said, said + 1);
        Assert.Equal(kept, (await host.Grains.GetGrain<ILedgerGrain>("one").Lines()).Count);
        await host.Signals.WaitAsync("wake");
    }

    [Fact]
    public async Task ASecondProcess_IsRefusedByNameUntilTheFirstIsGone()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("actors.db");
        using var child = ChildProcess.Start("hold", path);
        Assert.Equal("holding", await child.StandardOutput.ReadLineAsync());
        var failure = await Assert.ThrowsAsync<IOException>(() => EmbeddedHost.StartAsync(path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("is in use by another process", failure.Message, StringComparison.Ordinal);
        child.Kill();
        await child.WaitForExitAsync();
        await using var host = await EmbeddedHost.StartAsync(path);
    }

    private static async Task<int> ReadUntilAsync(StreamReader output, int total)
    {
        var said = 0;
        while (said < total)
            said = int.Parse((await output.ReadLineAsync())!, CultureInfo.InvariantCulture);
        return said;
    }
}
