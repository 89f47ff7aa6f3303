using System.Diagnostics;
using System.Text.Json;

namespace IconDiffusion.Client.Tests;

/// <summary>The real program in a process of its own, as a user or a script starts it.</summary>
internal sealed class Icon : IDisposable
{

    /// <summary>The folder of the program, with nothing in it but the client; the silo's executable is in its project's.</summary>
    public static string Program { get; } = Built("client");

    /// <summary>The folder of the silo's executable.</summary>
    public static string Silo { get; } = Built("silo");

    /// <summary>An own data folder for each test.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("icon-client-").FullName;

    public sealed record Outcome(int ExitCode, string Output, string Error)
    {
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;
    }

    /// <summary>How the program would be started.</summary>
    public ProcessStartInfo Prepare(params string[] arguments) => PrepareWith(Path.Combine(Program, "icon.dll"), arguments);

    /// <summary>How another program of ours would be started.</summary>
    public ProcessStartInfo PrepareWith(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
            Environment = { ["ICONDIFFUSION_DATA"] = Path.Combine(Folder, "data"), ["LC_ALL"] = "C.UTF-8" },
        };
        // A silo that the developer works with is no part of a test.
        start.Environment.Remove("ICONDIFFUSION_URL");
        start.Environment.Remove("ICONDIFFUSION_TOKEN");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Starts the program without waiting for it.</summary>
    public Process Start(params string[] arguments) => Process.Start(Prepare(arguments))!;

    /// <summary>Runs the program to its end.</summary>
    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await EndAsync(process);
    }

    /// <summary>Waits for a process and collects what it wrote.</summary>
    public static async Task<Outcome> EndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return new(process.ExitCode, await output, await error);
    }

    public static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Completes once a file of that name is below the folder.</summary>
    public async Task FileAsync(string pattern)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Folder, pattern) { IncludeSubdirectories = true };
        watcher.Created += (_, _) => seen.TrySetResult();
        watcher.Renamed += (_, _) => seen.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (Directory.EnumerateFiles(Folder, pattern, SearchOption.AllDirectories).Any())
            seen.TrySetResult();
        await seen.Task.WaitAsync(Patience.Limit);
    }

    /// <summary>Writes a file into the folder and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // In the configuration that the tests are built in.
    private static string Built(string project) =>
        Path.Combine(Checkout.PathOf(project), Path.GetRelativePath(Checkout.PathOf("tests", "IconDiffusion.Client.Tests"), AppContext.BaseDirectory));
}
