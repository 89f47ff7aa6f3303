using System.ComponentModel;
using System.Diagnostics;

namespace IconDiffusion.Client.Output;

/// <summary>The desktop that the user sits at, if any.</summary>
internal static class Desktop
{
    /// <summary>Whether someone sees what is opened: a graphical session, and a terminal that is not redirected.</summary>
    public static bool IsThere =>
        !Console.IsOutputRedirected && (!OperatingSystem.IsLinux() || Variable("DISPLAY") || Variable("WAYLAND_DISPLAY"));

    /// <summary>Opens a file with the program that the desktop has for it.</summary>
    /// <returns>False: there is no such program.</returns>
    public static bool TryOpen(string path)
    {
        try
        {
            using var opened = Process.Start(new ProcessStartInfo(path) { UseShellExecute = true });
            return true;
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Variable(string name) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name));
}
