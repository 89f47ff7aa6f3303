using System.ComponentModel;
using System.Diagnostics;

namespace IconDiffusion.Data;

/// <summary>Fetches a package's archive with the npm of this machine, from the registry that npm is set up for. Nothing in it is run.</summary>
public static class NpmPackage
{
    /// <summary>Downloads, verifies and installs a package; the folder is as before if anything fails.</summary>
    /// <exception cref="FileNotFoundException">This machine has no npm.</exception>
    /// <exception cref="IOException">npm failed, most likely because its registry cannot be reached.</exception>
    /// <exception cref="DatasetException">What came is not the package.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; npm was ended.</exception>
    public static async Task InstallAsync(PinnedPackage package, InstalledPackages packages, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("icon-npm-").FullName;
        try
        {
            await PackAsync(package, folder, cancellation);
            if (Directory.GetFiles(folder, "*.tgz") is not [var archive])
                throw new IOException($"npm brought no archive of {package.NpmSpecifier}.");
            packages.Install(package, archive);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task PackAsync(PinnedPackage package, string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            ["pack", package.NpmSpecifier, "--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--pack-destination", folder])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Start(start, package);
        try
        {
            var said = npm.StandardError.ReadToEndAsync(cancellation);
            await npm.StandardOutput.ReadToEndAsync(cancellation);
            await npm.WaitForExitAsync(cancellation);
            if (npm.ExitCode == 0) return;
            var reason = string.Join(' ', (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(3).Select(line => line.Trim()));
            throw new IOException($"npm could not fetch {package.NpmSpecifier} (exit code {npm.ExitCode}: {reason}). {Instead(package)}");
        }
        finally
        {
            if (!npm.HasExited) npm.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start, PinnedPackage package)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new FileNotFoundException($"npm, which fetches {package.NpmSpecifier}, was not found; install it (Debian: apt-get install npm). {Instead(package)}", error);
        }
    }

    private static string Instead(PinnedPackage package) =>
        $"Or fetch it on another machine (npm pack {package.NpmSpecifier}) and bring the file: icon dataset install {package.Name} --from FILE";
}
