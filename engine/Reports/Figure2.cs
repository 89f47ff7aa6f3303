using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;

namespace IconDiffusion.Reports;

/// <summary>One run's row.</summary>
/// <param name="Label">The model.</param>
/// <param name="Features">The network whose features span the manifold.</param>
/// <param name="Best">Its best icons.</param>
/// <param name="Icon">Pixels of an icon by its number.</param>
/// <param name="Training">Pixels of a training icon by its number.</param>
public sealed record Figure2Row(string Label, string Features, BestIcons Best, Func<int, Image> Icon, Func<int, Image> Training);

/// <summary>
/// The preprint's Figure 2 over our own runs: for each run a row of its best icons, each above the training icon nearest to it, the
/// distance beneath, and at the foot the rule by which they were chosen.
/// </summary>
public static class Figure2
{
    private const int LineHeight = 24;

    private static readonly Rgb Paper = new(236, 236, 236);

    /// <summary>Draws the figure.</summary>
    /// <param name="rows">At least one.</param>
    public static Image Compose(IReadOnlyList<Figure2Row> rows)
    {
        if (rows.Count == 0) throw new ArgumentException("No rows came; a figure needs at least one.", nameof(rows));
        var strips = rows.Select(Strip).ToArray();
        var foot = Wrapped($"Each icon above the training icon nearest to it, with their distance (0…255). Chosen by rule: {BestIcons.Rule}.", strips.Max(strip => strip.Width));
        var figure = new Image(
            strips.Max(strip => strip.Width),
            strips.Sum(strip => strip.Height + LineHeight) + (foot.Count * LineHeight) + ContactSheet.Margin, Paper);
        var y = 0;
        foreach (var (row, strip) in rows.Zip(strips))
        {
            Line(figure, $"{row.Label}  ·  {row.Best.Faithful} of {row.Best.Count} icons within the manifold ({row.Features})", 15, y);
            figure.Draw(strip, 0, y + LineHeight);
            y += LineHeight + strip.Height;
        }
        foreach (var line in foot)
        {
            Line(figure, line, 12, y);
            y += LineHeight;
        }
        return figure;
    }

    private static Image Strip(Figure2Row row)
    {
        var pairs = row.Best.Icons.Select(best =>
        {
            var source = row.Training(best.Nearest.Index);
            return new NearestGallery.Entry(
                row.Icon(best.Icon), best.Nearest.Mirrored ? source.Mirrored() : source, best.Nearest.Distance, best.Faithful ? "" : "*");
        });
        return NearestGallery.Compose([.. pairs], row.Best.Icons.Count);
    }

    private static void Line(Image figure, string text, int pixels, int y)
    {
        if (TextLabel.TryRender(text, pixels, Rgb.Black, Paper) is not { } label) return;
        var visible = label.Crop(0, 0, Math.Min(label.Width, figure.Width - (2 * ContactSheet.Margin)), Math.Min(label.Height, LineHeight - 4));
        figure.Draw(visible, ContactSheet.Margin, y + ((LineHeight - visible.Height) / 2));
    }

    // Words in lines of about the figure's width; a letter of this size is six pixels wide on average.
    private static List<string> Wrapped(string text, int width)
    {
        var most = Math.Max(20, width / 6);
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length + word.Length + 1 > most) lines.Add("");
            lines[^1] = $"{lines[^1]} {word}".TrimStart();
        }
        return lines;
    }
}
