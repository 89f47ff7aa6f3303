namespace IconDiffusion.Tests;

/// <summary>
/// When a test gives up what it waits for. This bounds a hang and nothing else: what is waited for comes within seconds, on a machine with
/// other work within minutes. The runner itself gives up later (<c>tests/run</c>).
/// </summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
}
