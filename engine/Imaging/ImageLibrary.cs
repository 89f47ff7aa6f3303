using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IconDiffusion.Engine.Imaging;

/// <summary>The image shim: where it lies, its functions, and their errors as <see cref="ImageException"/>.</summary>
internal static unsafe partial class ImageLibrary
{
    private const string Name = "icondiffusion_image";
    private const string FileName = $"lib{Name}.so";
    private static readonly Lazy<nint> Handle = new(Load);

    /// <summary>Loads and starts libvips once; every caller goes through here first.</summary>
    /// <exception cref="ImageException">The shim or libvips is missing.</exception>
    public static void Start() => _ = Handle.Value;

    /// <summary>"8.14.1"</summary>
    public static string Version
    {
        get
        {
            Start();
            return Marshal.PtrToStringUTF8(NativeVersion())!;
        }
    }

    /// <summary>Throws the shim's reason, after what the caller was doing, when <paramref name="result"/> says that it failed.</summary>
    public static void Check(int result, string what)
    {
        if (result != 0) throw new ImageException($"{what}: {Marshal.PtrToStringUTF8(NativeError())}.");
    }

    /// <summary>Copies a buffer of the shim's into a managed array and frees it.</summary>
    public static byte[] Take(byte* buffer, long length)
    {
        try
        {
            return new ReadOnlySpan<byte>(buffer, checked((int)length)).ToArray();
        }
        finally
        {
            NativeFree(buffer);
        }
    }

    private static nint Load()
    {
        var candidates = Candidates().ToList();
        var found = candidates.Find(File.Exists) ?? throw new ImageException(
            $"The image library {FileName} was not found in {string.Join(", ", candidates.Select(each => $"'{Path.GetDirectoryName(each)}'"))}"
            + " or a .build/native/image folder above; run ./icon doctor, which builds it.");
        nint handle;
        try
        {
            handle = NativeLibrary.Load(found);
        }
        catch (DllNotFoundException error)
        {
            throw new ImageException($"'{found}' does not load, most likely because libvips (Debian: libvips42) is missing; run ./icon doctor.", error);
        }
        NativeLibrary.SetDllImportResolver(typeof(ImageLibrary).Assembly, (name, _, _) => name == Name ? handle : 0);
        Check(NativeInit(), "libvips");
        return handle;
    }

    // An explicit folder, the program's own, then the build output of the checkout that the program runs in.
    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("ICONDIFFUSION_NATIVE") is { Length: > 0 } chosen)
        {
            yield return Path.Combine(chosen, FileName);
            yield return Path.Combine(chosen, "image", FileName);
        }
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, ".build", "native");
            if (!Directory.Exists(built)) continue;
            yield return Path.Combine(built, "image", FileName);
            yield break;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Info
    {
        public int Format, Width, Height, Bands, Bits, Pages, Colour, HasAlpha;
    }

    [LibraryImport(Name, EntryPoint = "icon_image_probe")]
    public static partial int Probe(byte* data, nuint length, Info* info);

    [LibraryImport(Name, EntryPoint = "icon_image_decode")]
    public static partial int Decode(byte* data, nuint length, long maxPixels, byte** rgba, int* width, int* height);

    [LibraryImport(Name, EntryPoint = "icon_image_svg")]
    public static partial int Svg(byte* data, nuint length, int size, byte** rgba, int* width, int* height);

    [LibraryImport(Name, EntryPoint = "icon_image_encode_png")]
    public static partial int EncodePng(byte* pixels, int width, int height, int bands, int compression, byte** png, nuint* length);

    [LibraryImport(Name, EntryPoint = "icon_image_encode_gif")]
    public static partial int EncodeGif(byte* frames, int frameCount, int width, int height, int delay, byte** gif, nuint* length);

    [LibraryImport(Name, EntryPoint = "icon_image_has_font", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int HasFont(string family);

    [LibraryImport(Name, EntryPoint = "icon_image_text", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Text(string text, string font, int colour, byte** pixels, int* width, int* height);

    [LibraryImport(Name, EntryPoint = "icon_image_init")]
    private static partial int NativeInit();

    [LibraryImport(Name, EntryPoint = "icon_image_error")]
    private static partial nint NativeError();

    [LibraryImport(Name, EntryPoint = "icon_image_version")]
    private static partial nint NativeVersion();

    [LibraryImport(Name, EntryPoint = "icon_image_free")]
    private static partial void NativeFree(byte* buffer);
}
