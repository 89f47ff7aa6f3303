namespace IconDiffusion.Imaging;

/// <summary>Each generated icon above the training icon nearest to it, the distance printed beneath: copies meet the eye.</summary>
public static class NearestGallery
{
    private const int Gap = 2;

    /// <summary>One entry; both icons [S, S, 3].</summary>
    /// <param name="Distance">In the unit of the caller's metric, such as MAE in grey levels 0…255.</param>
    /// <param name="Mark">Printed behind the distance.</param>
    public sealed record Entry(Image Generated, Image Nearest, double Distance, string Mark = "");

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
        return pair;
    }
}
