using System.Runtime.InteropServices;
using NetVips;
using Vips = NetVips.NetVips;
using VipsImage = NetVips.Image;

namespace IconDiffusion.Imaging;

/// <summary>libvips: loaded and started on first use, and its errors as <see cref="ImageException"/>.</summary>
internal static unsafe class ImageLibrary
{
    private static readonly Lazy<string> s_version = new(Load);

    /// <summary>Loads and starts libvips once; every caller goes through here first.</summary>
    /// <exception cref="ImageException">libvips is not there.</exception>
    public static void Start() => _ = s_version.Value;

    /// <summary>"8.18.7"</summary>
    public static string Version => s_version.Value;

    /// <summary>What <paramref name="error"/> says, in one sentence.</summary>
    /// <param name="what">What was being read, drawn or written.</param>
    /// <param name="why">What is wrong with it, as far as we know.</param>
    public static ImageException Explain(VipsException error, string what, string why)
    {
        // NetVips' own line, then libvips' error buffer, one for the whole process: a concurrent failure can add to it.
        var lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new(lines.Length > 1 ? $"{what}: {why} ({lines[1]})." : $"{what}: {why}.", error);
    }

    private static string Load()
    {
        var library = Open();
        // Pango and libvips report to stderr what we report as errors.
        var setLogHandler = (delegate* unmanaged<delegate* unmanaged<nint, int, nint, nint, void>, nint, nint>)NativeLibrary.GetExport(library, "g_log_set_default_handler");
        _ = setLogHandler(&IgnoreLog, 0);
        UseNamedFontsAlone(library);
        if (!ModuleInitializer.VipsInitialized)
            throw new ImageException("libvips does not start.", ModuleInitializer.Exception);
        Vips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var allowed in ImageDecoder.Loaders.Keys) Operation.Block(allowed, false);
        // For SvgFile alone: ImageDecoder takes none.
        Operation.Block("VipsForeignLoadSvg", false);
        Vips.Concurrency = 1;
        Cache.Max = 0;  // each file is read once: a cache would only hold its pixels
        return $"{Vips.Version(0)}.{Vips.Version(1)}.{Vips.Version(2)}";
    }

    // The library that NetVips is about to use.
    private static nint Open()
    {
        var name = OperatingSystem.IsWindows() ? "libvips-42.dll" : OperatingSystem.IsMacOS() ? "libvips.42.dylib" : "libvips.so.42";
        try
        {
            return NativeLibrary.Load(name, typeof(VipsImage).Assembly, searchPath: null);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new ImageException(
                $"{name}, which reads and draws pictures, does not load here: it comes with the package NetVips.Native.{RuntimeInformation.RuntimeIdentifier},"
                + " which a build on this machine takes in. Run ./icon setup.",
                error as DllNotFoundException ?? new DllNotFoundException(error.Message, error));
        }
    }

    // The system's fonts and fontconfig's settings differ from machine to machine, and scanning them takes time.
    // Environment.SetEnvironmentVariable changes .NET's copy only; native code asks its own.
    private static void UseNamedFontsAlone(nint library)
    {
        var setVariable = (delegate* unmanaged<nint, nint, int, int>)NativeLibrary.GetExport(library, "g_setenv");
        var name = Marshal.StringToCoTaskMemUTF8("FONTCONFIG_FILE");
        var file = Marshal.StringToCoTaskMemUTF8(Path.Combine(AppContext.BaseDirectory, "fonts.conf"));
        _ = setVariable(name, file, 1);
        Marshal.FreeCoTaskMem(name);
        Marshal.FreeCoTaskMem(file);
    }

    [UnmanagedCallersOnly]
    private static void IgnoreLog(nint domain, int level, nint message, nint data)
    {
    }
}
