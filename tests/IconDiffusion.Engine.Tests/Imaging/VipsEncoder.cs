using System.Runtime.InteropServices;
using IconDiffusion.Engine.Imaging;

namespace IconDiffusion.Engine.Tests.Imaging;

/// <summary>Makes the JPEG, WebP and GIF files that tests read, through libvips itself.</summary>
/// <remarks>Its C functions are variadic; called with a closing null through a fixed signature they work on Linux x86-64 and arm64.</remarks>
internal static unsafe partial class VipsEncoder
{
    public const int Grey = 1, Cmyk = 15, Srgb = 22;  // VipsInterpretation
    private const int UnsignedByte = 0;               // VipsBandFormat

    static VipsEncoder() => _ = ImageFile.LibraryVersion;  // starts libvips

    /// <param name="pixels">uint8 [height, width, bands].</param>
    /// <param name="suffix">Format and options, such as <c>.jpg[Q=75]</c>.</param>
    /// <param name="pageHeight">Height of one frame, for animations stored as one tall picture.</param>
    /// <param name="orientation">EXIF orientation, 1 … 8.</param>
    public static byte[] Encode(byte[] pixels, int width, int height, int bands, string suffix, int interpretation = Srgb, int? pageHeight = null, int? orientation = null)
    {
        nint raw, named = 0;
        fixed (byte* data = pixels)
            raw = NewFromMemoryCopy(data, (nuint)pixels.Length, width, height, bands, UnsignedByte);
        Assert.Equal(0, Copy(raw, &named, "interpretation", interpretation, 0));
        if (pageHeight is { } frame) SetInt(named, "page-height", frame);
        if (orientation is { } turn) SetInt(named, "orientation", turn);
        void* buffer;
        nuint length;
        Assert.Equal(0, WriteToBuffer(named, suffix, &buffer, &length, 0));
        var encoded = new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
        Free(buffer);
        Unref(named);
        Unref(raw);
        return encoded;
    }

    /// <summary>RGB as it is.</summary>
    public static byte[] Encode(Image image, string suffix) => Encode(image.Pixels, image.Width, image.Height, 3, suffix);

    [LibraryImport("libvips.so.42", EntryPoint = "vips_image_new_from_memory_copy")]
    private static partial nint NewFromMemoryCopy(void* data, nuint size, int width, int height, int bands, int format);

    [LibraryImport("libvips.so.42", EntryPoint = "vips_copy", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Copy(nint image, nint* copy, string option, int value, nint end);

    [LibraryImport("libvips.so.42", EntryPoint = "vips_image_set_int", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetInt(nint image, string name, int value);

    [LibraryImport("libvips.so.42", EntryPoint = "vips_image_write_to_buffer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int WriteToBuffer(nint image, string suffix, void** buffer, nuint* length, nint end);

    [LibraryImport("libglib-2.0.so.0", EntryPoint = "g_free")]
    private static partial void Free(void* memory);

    [LibraryImport("libgobject-2.0.so.0", EntryPoint = "g_object_unref")]
    private static partial void Unref(nint instance);
}
