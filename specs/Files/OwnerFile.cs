using System.Text;

namespace IconDiffusion.Specs.Files;

/// <summary>Files with a secret in them, which their owner alone can read.</summary>
public static class OwnerFile
{
    /// <summary>Read and written by the owner.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Written aside under its final rights and then moved: nobody ever sees half of it, or one that others can read.</summary>
    /// <exception cref="IOException">It is there already and is not to be overwritten.</exception>
    public static void WriteAllText(string path, string text, bool overwrite)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Mode;
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
