namespace IconDiffusion.Imaging;

/// <summary>Renders single emoji from Google's Noto Color Emoji font (OFL 1.1; Debian: fonts-noto-color-emoji).</summary>
public static class EmojiFont
{
    public const string Family = "Noto Color Emoji";

    /// <summary>Names the font's file where it is not installed.</summary>
    public const string FileVariable = "ICONDIFFUSION_EMOJI_FONT";

    // The font's pictures are 136×128; at this size Pango shows them without scaling.
    private const int NativePixels = 109;

    private static readonly Lazy<FontFile?> s_font = new(() => Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file
        ? new(Family, Path.GetFullPath(file))
        : FontFile.Find((Family, "NotoColorEmoji.ttf")));

    /// <summary>The font's file.</summary>
    /// <exception cref="ImageException">The font is missing; the message says how to get it.</exception>
    public static string FilePath => Font.Path;

    private static FontFile Font => s_font.Value switch
    {
        null => throw new ImageException(
            $"The font '{Family}' is not installed; run ./icon doctor, install the package fonts-noto-color-emoji, or let {FileVariable} name NotoColorEmoji.ttf."),
        var font when !File.Exists(font.Path) => throw new ImageException($"The font '{font.Path}', which {FileVariable} names, is not there."),
        var font => font,
    };

    /// <summary>
    /// The emoji, centred in [size, size, 3], or null when the installed font does not have it as one colour picture:
    /// an older font shows a newer sequence as several pictures side by side.
    /// </summary>
    /// <param name="sequence">One emoji: one code point, or several joined by U+200D, modifiers and selectors.</param>
    /// <exception cref="ImageException">The font is missing.</exception>
    public static Image? TryRender(string sequence, int size, Rgb background)
    {
        var (width, height, pixels) = Font.Draw(sequence, NativePixels, inColour: true);
        var picture = new RgbaImage(width, height, pixels);
        if (picture.Width > picture.Height * 5 / 4 || !HasColour(picture)) return null;
        return Resize.CoverSquare(Padded(picture.Over(background), background), size);
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
