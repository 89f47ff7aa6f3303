namespace IconDiffusion.Imaging;

/// <summary>One line of text as pixels, drawn with the first of a few usual sans-serif fonts that the machine has.</summary>
public static class TextLabel
{
    private static readonly Lazy<FontFile?> s_font = new(() => FontFile.Find(
        ("DejaVu Sans", "DejaVuSans.ttf"), ("Liberation Sans", "LiberationSans-Regular.ttf"), ("Noto Sans", "NotoSans-Regular.ttf"), ("Arial", "Arial.ttf")));

    /// <summary>Coverage of the text, cropped to its ink, or null where there is nothing to draw or no font to draw it with.</summary>
    /// <param name="pixels">Font size.</param>
    public static Image? TryRender(string text, int pixels, Rgb ink, Rgb paper)
    {
        if (string.IsNullOrWhiteSpace(text) || s_font.Value is not { } font) return null;
        try
        {
            return Render(font, text, pixels, ink, paper);
        }
        catch (ImageException)
        {
            return null;  // a sheet without captions is better than no sheet
        }
    }

    private static Image Render(FontFile font, string text, int pixels, Rgb ink, Rgb paper)
    {
        var (width, height, mask) = font.Draw(text, pixels, inColour: false);
        var rgba = new byte[mask.Length * 4];
        for (var i = 0; i < mask.Length; i++)
            (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2], rgba[(4 * i) + 3]) = (ink.R, ink.G, ink.B, mask[i]);
        return new RgbaImage(width, height, rgba).Over(paper);
    }
}
