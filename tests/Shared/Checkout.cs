namespace IconDiffusion.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Checkout
{
    private static readonly string Root = FindRoot();

    /// <summary>Path of a file or folder of the repository, by its parts.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "IconDiffusion.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No checkout above {AppContext.BaseDirectory}.");
    }
}
