namespace IconDiffusion.Engine.Imaging;

/// <summary>Renders single emoji from Google's Noto Color Emoji font (OFL 1.1; Debian: fonts-noto-color-emoji).</summary>
public static class EmojiFont
{
    public const string Family = "Noto Color Emoji";

    // The font's pictures are 136×128; at this size Pango shows them without scaling.
    private const int NativePixels = 109;

    /// <exception cref="ImageException">The font is missing; the message says how to get it.</exception>
    public static void ThrowIfMissing()
    {
        ImageLibrary.Start();
        if (ImageLibrary.HasFont(Family) == 0)
            throw new ImageException($"The font '{Family}' is not installed; run ./icon doctor, or install the package fonts-noto-color-emoji.");
    }

    /// <summary>
    /// The emoji, centred in [size, size, 3], or null when the installed font does not have it as one colour picture:
    /// an older font shows a newer sequence as several pictures side by side, or in black from another font.
    /// </summary>
    /// <param name="sequence">One emoji: one code point, or several joined by U+200D, modifiers and selectors.</param>
    /// <exception cref="ImageException">The font is missing.</exception>
    public static Image? TryRender(string sequence, int size, Rgb background)
    {
        ThrowIfMissing();
        var picture = Draw(sequence);
        if (picture.Width > picture.Height * 5 / 4 || !HasColour(picture)) return null;
        return Resize.CoverSquare(Padded(picture.Over(background), background), size);
    }

    private static unsafe RgbaImage Draw(string sequence)
    {
        byte* pixels;
        int width, height;
        ImageLibrary.Check(ImageLibrary.Text(sequence, $"{Family} {NativePixels}", colour: 1, &pixels, &width, &height), $"Emoji '{sequence}'");
        return new(width, height, ImageLibrary.Take(pixels, (long)width * height * 4));
    }

    private static bool HasColour(RgbaImage picture)
    {
        for (var i = 0; i < picture.Pixels.Length; i += 4)
        {
            var (r, g, b, a) = (picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2], picture.Pixels[i + 3]);
            if (a > 128 && Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b)) > 16) return true;
        }
        return false;
    }

    // A picture higher than wide would lose its top and bottom to the square.
    private static Image Padded(Image picture, Rgb background)
    {
        if (picture.Width >= picture.Height) return picture;
        var padded = new Image(picture.Height, picture.Height, background);
        padded.Draw(picture, (picture.Height - picture.Width) / 2, 0);
        return padded;
    }
}
