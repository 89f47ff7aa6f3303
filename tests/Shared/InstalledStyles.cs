using IconDiffusion.Data;

namespace IconDiffusion.Tests;

/// <summary>DiceBear's package, fetched by npm once for a class of tests, which are skipped where that cannot be.</summary>
public sealed class InstalledStyles : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private string? _missing;

    internal InstalledPackages Packages
    {
        get
        {
            Skip.If(_missing is not null, $"DiceBear's package cannot be fetched: {_missing}");
            return new(_folder["packages"]);
        }
    }

    public async Task InitializeAsync()
    {
        try
        {
            await NpmPackage.InstallAsync(PinnedPackage.DiceBear, new(_folder["packages"]), default);
        }
        catch (Exception error) when (error is IOException or FileNotFoundException)
        {
            _missing = error.Message;
        }
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }
}
