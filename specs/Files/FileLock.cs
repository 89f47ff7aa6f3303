namespace IconDiffusion.Specs.Files;

/// <summary>
/// A right that one process has at a time: a file held open without sharing, which the system gives back however the process ends, so that no lock is
/// ever left behind. It does not reach other machines where a shared folder has no locks.
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _handle;

    private FileLock(FileStream handle) => _handle = handle;

    /// <summary>Takes the lock; null: somebody holds it.</summary>
    /// <param name="path">The file, which is made where it is missing; its folder has to exist.</param>
    /// <param name="isTemporary">Whether the file goes with the lock.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static FileLock? TryTake(string path, bool isTemporary = false)
    {
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, isTemporary ? FileOptions.DeleteOnClose : FileOptions.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Whether somebody holds a lock; whoever looks holds it for a moment.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Gives it back.</summary>
    public void Dispose() => _handle.Dispose();
}
