namespace IconDiffusion.Imaging;

/// <summary>Renders single emoji from Google's Noto Color Emoji font (OFL 1.1; Debian: fonts-noto-color-emoji).</summary>
public static class EmojiFont
{
    /// <summary>The font's family, by which it is asked for.</summary>
    public const string Family = "Noto Color Emoji";

    /// <summary>Names the font's file where it is not installed.</summary>
    public const string FileVariable = "ICONDIFFUSION_EMOJI_FONT";

    // The font's pictures are 136×128; at this size Pango shows them without scaling.
    private const int NativePixels = 109;

    private static Lazy<FontFile> s_font = new(Find);

    /// <summary>The font's file.</summary>
    /// <exception cref="ImageException">The font is missing, or the file is another one; the message says how to get it.</exception>
    public static string FilePath => s_font.Value.Path;

    /// <summary>Takes this file from now on, whatever is installed or <see cref="FileVariable"/> names.</summary>
    /// <exception cref="ImageException">It is not there, or is not that font.</exception>
    public static void Use(string file)
    {
        var font = Open(file);
        s_font = new(font);
    }

    /// <summary>
    /// The emoji, centred in [size, size, 3], or null when the installed font does not have it as one colour picture:
    /// an older font shows a newer sequence as several pictures side by side.
    /// </summary>
    /// <param name="sequence">One emoji: one code point, or several joined by U+200D, modifiers and selectors.</param>
    /// <exception cref="ImageException">The font is missing, or the file is another one.</exception>
    public static Image? TryRender(string sequence, int size, Rgb background) =>
        TryDraw(s_font.Value, sequence) is { } picture ? Resize.CoverSquare(Padded(picture.Over(background), background), size) : null;

    private static FontFile Find()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file) return Open(file);
        return FontFile.Find((Family, "NotoColorEmoji.ttf")) ?? throw new ImageException(
            $"The font '{Family}' is not installed; run ./icon doctor, install the package fonts-noto-color-emoji, or name the file NotoColorEmoji.ttf by --emoji-font or {FileVariable}.");
    }

    private static FontFile Open(string file)
    {
        var font = new FontFile(Family, Path.GetFullPath(file));
        if (!File.Exists(font.Path)) throw new ImageException($"The font '{file}' is not there; wanted Google's NotoColorEmoji.ttf.");
        RgbaImage? face;
        try
        {
            face = TryDraw(font, "\U0001F476");
        }
        catch (ImageException error) when (error.InnerException is not DllNotFoundException)
        {
            throw new ImageException($"'{file}' is no font; wanted Google's NotoColorEmoji.ttf.", error);
        }
        return face is not null ? font : throw new ImageException($"'{file}' is not the font '{Family}'; wanted Google's NotoColorEmoji.ttf.");
    }

    private static RgbaImage? TryDraw(FontFile font, string sequence)
    {
        var (width, height, pixels) = font.Draw(sequence, NativePixels, inColour: true);
        var picture = new RgbaImage(width, height, pixels);
        return picture.Width > picture.Height * 5 / 4 || !HasColour(picture) ? null : picture;
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
