namespace IconDiffusion.Imaging;

/// <summary>Many icons on one picture: a grid with margins and, if wanted, a line of text under each.</summary>
public static class ContactSheet
{
    /// <summary>Free space around each icon, pixels.</summary>
    public const int Margin = 8;

    /// <summary>Height of a caption line, pixels.</summary>
    public const int CaptionHeight = 18;

    // Small icons are enlarged by a whole factor to about this many pixels.
    private const int ComfortableSide = 96;
    private const int FontPixels = 12;

    // Light grey, so that the edges of icons on white stay visible.
    private static readonly Rgb Paper = new(236, 236, 236);

    /// <param name="icons">At least one; cells are as large as the largest.</param>
    /// <param name="columns">Default: about as many as rows.</param>
    /// <param name="captions">None, or one per icon. Left out where the machine has no font.</param>
    public static Image Compose(IReadOnlyList<Image> icons, int? columns = null, IReadOnlyList<string>? captions = null)
    {
        if (icons.Count == 0) throw new ArgumentException("A contact sheet needs at least one icon.", nameof(icons));
        if (captions != null && captions.Count != icons.Count)
            throw new ArgumentException($"{captions.Count} captions came for {icons.Count} icons.", nameof(captions));
        var across = Math.Clamp(columns ?? (int)Math.Ceiling(Math.Sqrt(icons.Count)), 1, icons.Count);
        var down = (icons.Count + across - 1) / across;

        var width = icons.Max(icon => icon.Width);
        var height = icons.Max(icon => icon.Height);
        var factor = Math.Max(1, ComfortableSide / width);
        var cellWidth = (width * factor) + Margin;
        var cellHeight = (height * factor) + Margin + (captions == null ? 0 : CaptionHeight);

        var sheet = new Image((across * cellWidth) + Margin, (down * cellHeight) + Margin, Paper);
        for (var i = 0; i < icons.Count; i++)
        {
            var (x, y) = (Margin + (i % across * cellWidth), Margin + (i / across * cellHeight));
            sheet.Draw(icons[i].Enlarged(factor), x, y);
            if (captions != null) DrawCaption(sheet, captions[i], x, y + (height * factor), width * factor);
        }
        return sheet;
    }

    private static void DrawCaption(Image sheet, string caption, int x, int y, int width)
    {
        if (TextLabel.TryRender(caption, FontPixels, Rgb.Black, Paper) is not { } label) return;
        var visible = label.Crop(0, 0, Math.Min(label.Width, width), Math.Min(label.Height, CaptionHeight));
        sheet.Draw(visible, x + ((width - visible.Width) / 2), y + ((CaptionHeight - visible.Height) / 2));
    }
}
