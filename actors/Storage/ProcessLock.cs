namespace IconDiffusion.EmbeddedActors;

/// <summary>Lets one process at a time use a database: a locked file beside it, which the system frees when the process dies.</summary>
internal sealed class ProcessLock : IDisposable
{
    // What the operating systems call "locked by another": EAGAIN on Linux, on macOS, and ERROR_SHARING_VIOLATION.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];
    private readonly FileStream _file;

    private ProcessLock(FileStream file) => _file = file;

    /// <exception cref="IOException">Another process has it, or the file cannot be made.</exception>
    public static ProcessLock Take(string database)
    {
        var path = database + ".lock";
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException failure) when (Taken.Contains(failure.HResult))
        {
            throw new IOException($"Actor database '{database}' is in use by another process, or by another runtime "
                + "in this one; one at a time may use it. Stop that one, or choose another database.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Actor database '{database}' cannot be used: '{path}' cannot be written ({failure.Message}). "
                + "Wanted a folder that this user may write to.", failure);
        }
    }

    public void Dispose() => _file.Dispose();
}
