namespace IconDiffusion.Imaging;

/// <summary>Icons of one size, packed: uint8 [Count, ImageSize, ImageSize, 3], 0…255.</summary>
public sealed class IconPixels
{
    /// <param name="data">Shared, not copied.</param>
    /// <exception cref="ArgumentException">The length is not that of a whole number of icons.</exception>
    public IconPixels(ReadOnlyMemory<byte> data, int imageSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageSize);
        (Data, ImageSize) = (data, imageSize);
        if (data.Length % BytesPerIcon != 0)
            throw new ArgumentException($"{data.Length} bytes came for icons of {BytesPerIcon} bytes ({imageSize}×{imageSize} RGB); wanted a multiple.", nameof(data));
        Count = data.Length / BytesPerIcon;
    }

    /// <summary>All icons' bytes, [N,H,W,3], RGB.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Side of an icon, in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Number of icons.</summary>
    public int Count { get; }

    /// <summary>ImageSize · ImageSize · 3.</summary>
    public int BytesPerIcon => checked(ImageSize * ImageSize * 3);

    /// <summary>The pixels of icon <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> this[int index] => Data.Span.Slice(checked(index * BytesPerIcon), BytesPerIcon);

    /// <summary>Packs pictures.</summary>
    /// <exception cref="ArgumentException">None came, or they are not square and of one size.</exception>
    public static IconPixels From(IReadOnlyList<Image> images)
    {
        if (images.Count == 0) throw new ArgumentException("No images came; at least one is needed.", nameof(images));
        var size = images[0].Width;
        var data = new byte[checked(images.Count * size * size * 3)];
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i].Width != size || images[i].Height != size)
                throw new ArgumentException($"Image {i} is {images[i].Width}×{images[i].Height}; wanted {size}×{size}, as the first.", nameof(images));
            images[i].Pixels.CopyTo(data, i * size * size * 3);
        }
        return new(data, size);
    }

    /// <summary>A copy of one icon.</summary>
    public Image ToImage(int index) => new(ImageSize, ImageSize, this[index].ToArray());

    /// <summary>Every icon with left and right swapped.</summary>
    public IconPixels Mirrored() => new(Image.Mirrored(Data.Span, ImageSize), ImageSize);
}
