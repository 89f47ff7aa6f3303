using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace IconDiffusion.Client.Tests;

/// <summary>A silo in a process of its own; the end of a test kills it.</summary>
internal sealed class SiloProcess : IDisposable
{
    private readonly StringBuilder _error;

    private SiloProcess(Process process, string url, StringBuilder error) => (Process, Url, _error) = (process, url, error);

    public Process Process { get; }

    /// <summary>Of its API.</summary>
    public string Url { get; }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    /// <summary>Starts a silo and waits until it takes requests.</summary>
    /// <param name="url">The same as an earlier one's where clients must find it again; port 0 is one of the system's choice.</param>
    public static Task<SiloProcess> StartAsync(Icon icon, string url = "http://127.0.0.1:0", params string[] arguments) =>
        StartAsync(icon.Prepare(["silo", "--url", url, "--name", "desktop", "--threads", "2", "--device", "cpu", "--json", .. arguments]));

    /// <summary>As above, as the caller has prepared it, with <c>--json</c>.</summary>
    public static async Task<SiloProcess> StartAsync(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (error)
                error.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        var document = new StringBuilder();
        using var patience = new CancellationTokenSource(Patience.Limit);
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(patience.Token);
            document.AppendLine(line);
        }
        while (line is not (null or "}"));
        if (line is null)
            throw new InvalidOperationException($"The silo ended instead of starting: {error}");
        return new(process, JsonDocument.Parse(document.ToString()).RootElement.GetProperty("url").GetString()!, error);
    }

    /// <summary>kill -9: no word to anybody.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    /// <summary>Asks for the graceful end and returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Icon.SignalAsync(Process, "TERM");
        using var patience = new CancellationTokenSource(Patience.Limit);
        await Process.WaitForExitAsync(patience.Token);
        return Process.ExitCode;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }
        Process.Dispose();
    }
}
