using System.Diagnostics;

namespace IconDiffusion.Client.Tests;

/// <summary>What the Tab key finds.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Theory]
    [InlineData("icon pub", "publish")]
    [InlineData("./icon dataset m", "make")]
    [InlineData("icon completion b", "bash")]
    [InlineData("icon watch --u", "--url")]
    [InlineData("icon sample 3f9c2a --tr", "--truncation")]  // the silo's executable knows it
    [InlineData("icon demo --st", "--steps")]
    [Trait("Speed", "Slow")]
    public async Task TheProgram_SaysWhatFits(string line, string expected)
    {
        var outcome = await _icon.RunAsync($"[suggest:{line.Length}]", line);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(expected, outcome.Output.Split('\n'));
    }

    // Each shell in its own way, up to the point where it would show what it found.
    [SkippableTheory]
    [InlineData("bash", """source <(icon completion bash); COMP_LINE='icon plan x --me' COMP_POINT=16 COMP_WORDS=(icon plan x --me) COMP_CWORD=3; _icon_complete; printf '%s\n' "${COMPREPLY[@]}" """)]
    [InlineData("zsh", """source <(icon completion zsh); compadd() { print -l -- $found }; words=(icon plan x --me) CURRENT=4; _icon_complete""")]
    [InlineData("fish", """icon completion fish | source; complete -C 'icon plan x --me'""")]
    [InlineData("pwsh", """icon completion pwsh | Out-String | Invoke-Expression; (TabExpansion2 'icon plan x --me' 16).CompletionMatches.CompletionText""")]
    public async Task AShell_CompletesWithTheLinesThatAreForIt(string shell, string script)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator);
        Skip.IfNot(folders.Any(folder => File.Exists(Path.Combine(folder, shell))), $"This machine has no {shell}.");
        var program = _icon.Write("icon", $"#!/bin/sh\nexec dotnet '{Path.Combine(Icon.Program, "icon.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(shell, ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _icon.Folder };
        start.Environment["PATH"] = $"{_icon.Folder}:{start.Environment["PATH"]}";

        var outcome = await Icon.EndAsync(Process.Start(start)!);

        Assert.True(outcome.Output.Split('\n').Contains("--measure"), outcome.Output + outcome.Error);
    }

    [Fact]
    public async Task AShellThatIsNotKnown_IsNamed()
    {
        var outcome = await _icon.RunAsync("completion", "csh");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("'csh'", outcome.Error);
    }
}
