using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace IconDiffusion.Specs.Files;

/// <summary>
/// Writes a file all or not at all: temporary file in the same folder, flush to disk, rename, flush the folder.
/// Whatever fails, the old file stays whole and no temporary file is left behind; a reader sees the old bytes or the new.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>Replaces or creates <paramref name="path"/> with <paramref name="bytes"/>; creates missing folders.</summary>
    /// <param name="within">A folder that must be there, since it would lie beside a disk that was unmounted if it were made anew; null: none.</param>
    /// <exception cref="IOException">The disk is full, the folder is read-only, or the path is a folder.</exception>
    /// <exception cref="DirectoryNotFoundException"><paramref name="within"/> is gone; nothing was written.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes, string? within = null)
    {
        using var pending = new PendingFile(path, within);
        pending.Stream.Write(bytes);
        pending.Commit();
    }

    /// <summary>As <see cref="WriteAllBytes"/>, UTF-8 without a byte order mark.</summary>
    public static void WriteAllText(string path, string text, string? within = null) => WriteAllBytes(path, Encoding.UTF8.GetBytes(text), within);

    /// <summary>As <see cref="WriteAllBytes"/>, for content too large for one array. An exception from <paramref name="write"/> leaves the old file.</summary>
    public static void Write(string path, Action<Stream> write, string? within = null)
    {
        using var pending = new PendingFile(path, within);
        write(pending.Stream);
        pending.Commit();
    }

    /// <summary>What there is to say where something that was there has gone, and the folder with it.</summary>
    public static DirectoryNotFoundException Gone(string path) => new($"'{path}' is gone; the folder was deleted or its disk was unmounted.");

    private sealed class PendingFile : IDisposable
    {
        private readonly string _path;
        private readonly string _folder;
        private readonly string _temporary;
        private bool _committed;

        public PendingFile(string path, string? within)
        {
            if (within is not null && !Directory.Exists(within)) throw Gone(within);
            _path = Path.GetFullPath(path);
            _folder = Path.GetDirectoryName(_path) ?? throw new IOException($"'{path}' is a folder; a file name is needed.");
            Directory.CreateDirectory(_folder);
            _temporary = Path.Combine(_folder, $".{Path.GetFileName(_path)}.{Guid.NewGuid():N}.tmp");
            Stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        }

        public FileStream Stream { get; }

        public void Commit()
        {
            Stream.Flush(flushToDisk: true);
            Stream.Dispose();
            Move(_temporary, _path);
            _committed = true;
            FlushFolder(_folder);
        }

        public void Dispose()
        {
            try
            {
                Stream.Dispose();  // on a full disk this writes the buffer again, and fails again
            }
            finally
            {
                if (!_committed) File.Delete(_temporary);
            }
        }
    }

    // Windows replaces no file that somebody is reading at this moment.
    private static void Move(string from, string to)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(from, to, overwrite: true);
                return;
            }
            catch (Exception error) when (OperatingSystem.IsWindows() && attempt < 50 && File.Exists(to) && error is (IOException or UnauthorizedAccessException))
            {
                Thread.Sleep(20);
            }
        }
    }

    // A rename survives a power cut only once the folder is on disk too. .NET opens no folder handles; Windows needs none.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0) return;  // a folder one may write but not list
        try
        {
            if (FSync(descriptor) != 0 && Marshal.GetLastPInvokeError() is var error && error != InvalidArgument && error != NotSupported)
                throw new IOException($"'{folder}' could not be flushed to disk: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    // Some network and FUSE file systems answer these to fsync of a folder; they have nothing to flush.
    private const int InvalidArgument = 22;
    private static readonly int NotSupported = OperatingSystem.IsMacOS() ? 45 : 95;

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
