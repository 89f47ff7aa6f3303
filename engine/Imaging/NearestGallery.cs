namespace IconDiffusion.Imaging;

/// <summary>Each generated icon above the training icon nearest to it, the distance printed beneath: copies meet the eye.</summary>
public static class NearestGallery
{
    private const int Gap = 2;

    // Okabe and Ito's vermilion, which colour-blind readers tell from others too.
    private static readonly Rgb Frame = new(213, 94, 0);

    /// <summary>One entry; both icons [S, S, 3].</summary>
    /// <param name="Distance">In the unit of the caller's metric, such as MAE in grey levels 0…255.</param>
    /// <param name="Mark">Printed behind the distance.</param>
    /// <param name="IsFramed">Whether a frame stands around the pair: it is called a copy.</param>
    public sealed record Entry(Image Generated, Image Nearest, double Distance, string Mark = "", bool IsFramed = false);

    /// <summary>The gallery as one picture.</summary>
    public static Image Compose(IReadOnlyList<Entry> entries, int? columns = null) => ContactSheet.Compose(
        entries.Select(Stacked).ToList(),
        columns,
        entries.Select(entry => $"{entry.Distance:0.00}{entry.Mark}").ToList());

    private static Image Stacked(Entry entry)
    {
        var (above, below) = (entry.Generated, entry.Nearest);
        var pair = new Image(Math.Max(above.Width, below.Width), above.Height + Gap + below.Height, Rgb.White);
        pair.Draw(above, 0, 0);
        pair.Draw(below, 0, above.Height + Gap);
        if (!entry.IsFramed) return pair;
        var framed = new Image(pair.Width + (2 * Gap), pair.Height + (2 * Gap), Frame);
        framed.Draw(pair, Gap, Gap);
        return framed;
    }
}
