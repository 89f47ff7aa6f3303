using IconDiffusion.Client.Output;
using IconDiffusion.Data;

namespace IconDiffusion.Silo.Commands;

/// <summary>Fetches packages of drawings that a command needs, where it was asked to.</summary>
internal static class PackageInstaller
{
    /// <param name="needed">Those that the command's data sets are drawn from.</param>
    /// <param name="install">Whether the user said <c>--install</c>.</param>
    /// <exception cref="DatasetException">One is missing, or damaged, and may not be installed.</exception>
    public static async Task EnsureAsync(CommandContext context, IReadOnlyList<PinnedPackage> needed, bool install, CancellationToken cancellation)
    {
        var packages = new InstalledPackages(context.Data.Packages);
        PinnedPackage[] missing = [.. needed.Where(package => !packages.Has(package))];
        if (missing.Length > 0 && !install)
            throw new DatasetException(
                $"Not installed: {string.Join(", ", missing.Select(package => $"{package.NpmSpecifier} ({package.Terms})"))}. Install with: " +
                $"{string.Join(" && ", missing.Select(package => $"icon dataset install {package.Name}"))}, or repeat the command with --install");
        foreach (var package in missing)
            await InstallAsync(context.Terminal, packages, package, cancellation);
    }

    public static async Task InstallAsync(Terminal terminal, InstalledPackages packages, PinnedPackage package, CancellationToken cancellation)
    {
        terminal.Say($"fetching {package.NpmSpecifier} with npm");
        await NpmPackage.InstallAsync(package, packages, cancellation);
    }
}
