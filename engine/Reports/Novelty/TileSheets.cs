using System.Globalization;
using System.Net;
using System.Text;
using IconDiffusion.Imaging;

namespace IconDiffusion.Reports.Novelty;

/// <summary>
/// The page's icons: each once, on one picture for each source, and shown by moving that picture behind a window. A page of a
/// thousand icons so holds a few pictures, and a training icon that is the nearest of fifty others is stored once.
/// </summary>
internal sealed class TileSheets
{
    private const int Columns = 16;

    // Sides that icons are kept at: the first at which the pictures are small enough together, else the last. Cards show about 100 px.
    private static readonly int[] Sides = [128, 96, 64, 48];

    private const int MostBytes = 9_000_000;

    private readonly Dictionary<string, Sheet> _sheets = [];

    /// <summary>An element that shows an icon as wide as its place.</summary>
    /// <param name="sheet">Names the source: one for each training set, one for each run.</param>
    /// <param name="css">Classes beside the tile's own.</param>
    /// <param name="style">Declarations beside the tile's own.</param>
    public string Tile(string sheet, int index, Func<int, Image> pixels, string description, string css = "", string style = "")
    {
        var place = Place(sheet, index, pixels);
        var accessible = description.Length == 0 ? "aria-hidden=\"true\"" : $"role=\"img\" aria-label=\"{WebUtility.HtmlEncode(description)}\"";
        return $"<i class=\"{$"t {_sheets[sheet].Name} {css}".TrimEnd()}\" style=\"--x:{place % Columns};--y:{place / Columns};{style}\" {accessible}></i>";
    }

    /// <summary>
    /// The difference of two icons, made by the browser of what the page holds already: |a − b| doubled and inverted, white where
    /// they are equal.
    /// </summary>
    /// <param name="mirrored">Whether <paramref name="b"/> is swapped left and right first.</param>
    /// <param name="shiftX">How far it is then moved to the right, as a part of its width.</param>
    /// <param name="shiftY">How far down.</param>
    public string Difference(
        (string Sheet, int Index, Func<int, Image> Pixels) a, (string Sheet, int Index, Func<int, Image> Pixels) b, string description,
        bool mirrored = false, double shiftX = 0, double shiftY = 0)
    {
        var transform = (shiftX, shiftY, mirrored) == (0, 0, false) ? ""
            : string.Create(CultureInfo.InvariantCulture, $"transform:translate({shiftX * 100:0.##}%,{shiftY * 100:0.##}%){(mirrored ? " scaleX(-1)" : "")}");
        // What the shift uncovers takes the colour of the icon's corner.
        return $"<span class=\"d\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(description)}\">{Tile(a.Sheet, a.Index, a.Pixels, "")}"
            + $"<b style=\"background:{b.Pixels(b.Index)[0, 0]}\">{Tile(b.Sheet, b.Index, b.Pixels, "", style: transform)}</b></span>";
    }

    /// <summary>The pictures as style rules; call last.</summary>
    public string Css()
    {
        var css = new StringBuilder();
        foreach (var (sheet, picture) in Pictures())
        {
            css.Append(CultureInfo.InvariantCulture, $".{sheet.Name}{{--w:{Math.Min(Columns, sheet.Icons.Count)};--h:{(sheet.Icons.Count + Columns - 1) / Columns};--s:{sheet.Side};");
            if (sheet.Icons[0].Width <= Sides[^1]) css.Append("image-rendering:pixelated;");
            css.Append("background-image:url(data:image/png;base64,").Append(Convert.ToBase64String(picture)).Append(")}\n");
        }
        return css.ToString();
    }

    private List<(Sheet Sheet, byte[] Picture)> Pictures()
    {
        List<(Sheet, byte[] Picture)> pictures = [];
        foreach (var side in Sides)
        {
            pictures = [.. _sheets.Values.Select(sheet => (sheet, ImageFile.EncodePng(sheet.Compose(side))))];
            if (pictures.Sum(each => (long)each.Picture.Length) <= MostBytes) break;
        }
        return pictures;
    }

    private int Place(string name, int index, Func<int, Image> pixels)
    {
        if (!_sheets.TryGetValue(name, out var sheet))
            _sheets[name] = sheet = new($"s{_sheets.Count}");
        if (!sheet.Places.TryGetValue(index, out var place))
        {
            sheet.Places[index] = place = sheet.Icons.Count;
            sheet.Icons.Add(pixels(index));
        }
        return place;
    }

    private sealed class Sheet(string name)
    {
        public string Name => name;

        /// <summary>Of an icon on the picture, pixels.</summary>
        public int Side { get; private set; }

        public Dictionary<int, int> Places { get; } = [];

        public List<Image> Icons { get; } = [];

        // Every icon within a frame of its own outermost pixels: a scaled window then shows nothing of its neighbours.
        public Image Compose(int most)
        {
            Side = Math.Min(most, Icons[0].Width);
            var sheet = new Image(Math.Min(Columns, Icons.Count) * (Side + 2), (Icons.Count + Columns - 1) / Columns * (Side + 2), Rgb.White);
            for (var i = 0; i < Icons.Count; i++)
            {
                var (x, y) = (i % Columns * (Side + 2), i / Columns * (Side + 2));
                var icon = Resize.CoverSquare(Icons[i], Side);
                foreach (var (dx, dy) in ((int, int)[])[(0, 0), (2, 0), (0, 2), (2, 2), (0, 1), (2, 1), (1, 0), (1, 2), (1, 1)])
                    sheet.Draw(icon, x + dx, y + dy);
            }
            return sheet;
        }
    }
}
