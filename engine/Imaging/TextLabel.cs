namespace IconDiffusion.Engine.Imaging;

/// <summary>One line of text as pixels, drawn with whatever sans-serif font the machine has.</summary>
public static class TextLabel
{
    /// <summary>Coverage of the text, cropped to its ink, or null where there is nothing to draw or no font to draw it with.</summary>
    /// <param name="pixels">Font size.</param>
    public static Image? TryRender(string text, int pixels, Rgb ink, Rgb paper)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        try
        {
            return Render(text, pixels, ink, paper);
        }
        catch (ImageException)
        {
            return null;  // a sheet without captions is better than no sheet
        }
    }

    private static unsafe Image Render(string text, int pixels, Rgb ink, Rgb paper)
    {
        ImageLibrary.Start();
        byte* coverage;
        int width, height;
        ImageLibrary.Check(ImageLibrary.Text(text, $"sans {pixels}", colour: 0, &coverage, &width, &height), $"Text '{text}'");
        var mask = ImageLibrary.Take(coverage, (long)width * height);
        var rgba = new byte[mask.Length * 4];
        for (var i = 0; i < mask.Length; i++)
            (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2], rgba[(4 * i) + 3]) = (ink.R, ink.G, ink.B, mask[i]);
        return new RgbaImage(width, height, rgba).Over(paper);
    }
}
