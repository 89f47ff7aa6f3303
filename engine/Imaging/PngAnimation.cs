using System.Buffers.Binary;

namespace IconDiffusion.Imaging;

/// <summary>Whether a PNG is animated: libvips reads such a file as the still picture in it and does not tell.</summary>
internal static class PngAnimation
{
    // Signature, then for each chunk its length, type, data and checksum.
    private const int SignatureLength = 8;
    private const int Frame = 12;

    /// <summary>The frames that the animation control chunk (acTL, which comes before the pixels) states; 1 without one.</summary>
    /// <param name="png">A PNG, which may be damaged.</param>
    public static int Frames(ReadOnlySpan<byte> png)
    {
        for (var at = SignatureLength; at + Frame <= png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png[at..]);
            var type = png.Slice(at + 4, 4);
            if (length < 0 || length > png.Length - at - Frame || type.SequenceEqual("IDAT"u8)) break;
            if (type.SequenceEqual("acTL"u8) && length >= sizeof(int)) return Math.Max(1, BinaryPrimitives.ReadInt32BigEndian(png[(at + 8)..]));
            at += Frame + length;
        }
        return 1;
    }
}
