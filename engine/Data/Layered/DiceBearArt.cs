using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Text;
using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// A DiceBear style as art in layers. An icon is rendered as one SVG of its pieces, each in its place, which is the style's own SVG to
/// the bit where nothing is moved. Pieces rendered alone and laid over one another differ from it by up to three grey levels, as the
/// renderer rounds each to 8 bits; masks and the parts of icons are told by those.
/// </summary>
/// <remarks>Which layers a style has is in <see cref="StyleLayers"/>. The bytes are those of the renderer, librsvg in the libvips that comes with the program.</remarks>
internal sealed class DiceBearArt : LayeredArt
{
    // How far the whole figure moves at most, and each layer beside that; 1/128 of the side.
    private const int Figure = 3;
    private const int Own = 1;

    private readonly DiceBearStyle _style;
    private readonly string _name;
    private readonly StyleLayers _choices;
    private readonly ConcurrentDictionary<string, int> _ids = new();
    private readonly ConcurrentDictionary<int, string> _bodies = new();
    private readonly ConcurrentDictionary<string, int> _bodyIds = new();
    private readonly Dictionary<StyleElement, int> _numbers = new(ReferenceEqualityComparer.Instance);

    /// <param name="name">Of the style, for messages.</param>
    /// <param name="variants">How many variants of each layer are used, the first.</param>
    /// <exception cref="DatasetException">The style cannot be taken apart.</exception>
    public DiceBearArt(DiceBearStyle style, string name, int size, Rgb background, int variants) : base(size, background)
    {
        (_style, _name, _choices) = (style, name, new(style, name, variants));
        Layers = [.. _choices.Layers.Select(layer => new ArtLayer(layer.Name, [.. layer.Options.Select(option => option.Name)], new(Figure + Own, Figure + Own)))];
        LargestFirst = [.. Enumerable.Range(0, Layers.Count).OrderByDescending(layer => _choices.Layers[layer].Area)];
        Consent = style.Consent;
        foreach (var element in style.Canvas.Elements.Concat(style.Components.Values.SelectMany(each => style.VariantsOf(each).Values).Distinct().SelectMany(each => each.Elements)).SelectMany(each => each.Whole()))
            _numbers.TryAdd(element, _numbers.Count);
    }

    /// <exception cref="DatasetException">The package is not installed or damaged, does not have the style, or the style cannot be taken apart.</exception>
    public static DiceBearArt Open(DiceBearSpec spec, InstalledPackages packages) =>
        new(DiceBearPackage.Read(spec.Style, packages), spec.Style, spec.ImageSize, Rgb.Parse(spec.Background), spec.Variants);

    public override Consent Consent { get; }

    public override IReadOnlyList<ArtLayer> Layers { get; }

    public override IReadOnlyList<int> LargestFirst { get; }

    public override long Combinations => _choices.Combinations;

    public override bool Allows(Combination combination) => _choices.Allows(combination.Variants);

    public override IReadOnlyList<int> HeldBy(int layer) => _choices.Layers[layer].Held;

    // Lines are thin.
    public override int SearchStep => 1;

    public override ArtLayout DrawLayout(SplitMix64 random)
    {
        // Never up, where a bust's cut edge would be seen.
        var figure = new PartMove(random.Below((2 * Figure) + 1) - Figure, random.Below(Figure + 1));
        var moves = new List<PartMove>();
        foreach (var _ in Layers)
            moves.Add(new(figure.X + random.Below((2 * Own) + 1) - Own, figure.Y + random.Below((2 * Own) + 1) - Own));
        return new([.. moves]);
    }

    public override IReadOnlyList<ArtPiece> Stack(IReadOnlyList<int> variants)
    {
        var pieces = new List<ArtPiece>();
        Walk(_style.Canvas.Elements, _choices.CanvasLayer, [], _style.Canvas.Elements);
        return pieces;

        // Elements that stand side by side and belong to one layer are one piece.
        void Walk(List<StyleElement> elements, int layer, List<StyleElement> around, List<StyleElement> host)
        {
            var own = new List<StyleElement>();
            foreach (var element in elements.Where(each => !each.IsDefinition))
                if (element.HoldsComponent())
                {
                    Flush();
                    if (!element.IsComponent) Walk(element.Children!, layer, [.. around, element], host);
                    else if (_choices.LayerOf(element.Name!) is { } inner && _choices.DrawingToFollow(element.Name!, variants) is { } drawing)
                        Walk(drawing.Elements, inner, [.. around, element], drawing.Elements);
                }
                // What shows through a mask of another component's shape is that component's.
                else if (element.Whole().FirstOrDefault(each => each.IsComponent) is { } mask)
                {
                    Flush();
                    if (_choices.LayerOf(mask.Name!) is { } other) Add(other, [element], around, host);
                }
                else own.Add(element);
            Flush();

            void Flush()
            {
                if (own.Count > 0) Add(layer, own, around, host);
                own = [];
            }
        }

        void Add(int layer, List<StyleElement> own, List<StyleElement> around, List<StyleElement> host)
        {
            // What is not known is not drawn.
            if (variants[layer] < 0) return;
            var elements = own.SelectMany(each => each.Whole()).ToList();
            var masks = elements.Where(each => each.IsComponent).Select(each => each.Name!).Distinct().ToList();
            if (masks.Any(mask => _choices.Drawing(mask, variants) is null)) return;
            var colours = elements.Concat(around).SelectMany(each => each.Colours).Concat(masks.SelectMany(mask => _choices.ColoursOf(mask, variants)))
                .Where(_choices.IsChosen).Distinct().Select(colour => _choices.Value(colour, variants));
            var key = $"{string.Join('/', around.Append(own[0]).Select(each => _numbers[each]))}|{string.Join(',', colours)}|{string.Join(',', masks.Select(mask => variants[_choices.LayerOf(mask)!.Value]))}";
            pieces.Add(new(layer, _ids.GetOrAdd(key, _ => Number(Body(own, around, host, variants)))));
        }
    }

    // Equal drawings have one number.
    private int Number(string body)
    {
        lock (_bodyIds)
        {
            if (_bodyIds.TryGetValue(body, out var known)) return known;
            _bodies[_bodyIds.Count] = body;
            return _bodyIds[body] = _bodyIds.Count;
        }
    }

    protected override Sheet Rasterise(int piece, int phaseX, int phaseY)
    {
        var margin = ((Figure + Own) * Size / Units) + 1;
        var picture = Render(_bodies[piece], margin, phaseX, phaseY);
        return Cut(picture, margin);
    }

    public override Image Draw(Combination combination, ArtLayout layout)
    {
        var text = new StringBuilder();
        foreach (var piece in Stack(combination.Variants))
        {
            var move = layout[piece.Layer];
            text.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({move.X * Side / Units:R} {move.Y * Side / Units:R})\">{_bodies[piece.Id]}</g>");
        }
        return Render(text.ToString(), 0, 0, 0).Over(Background);
    }

    /// <summary>The style's own SVG, which nothing is moved in: [size, size, 3].</summary>
    internal Image DrawWhole(Combination combination)
    {
        var text = new StringBuilder();
        foreach (var element in _style.Canvas.Elements) Write(text, element, combination.Variants);
        return Render(text.ToString(), 0, 0, 0).Over(Background);
    }

    // The longer side fills the icon; the drawing lies in its middle.
    private double Side => Math.Max(_style.Canvas.Width, _style.Canvas.Height);

    private RgbaImage Render(string body, int margin, int phaseX, int phaseY)
    {
        var (width, height, side) = (_style.Canvas.Width, _style.Canvas.Height, Side);
        var perPixel = side / Size;
        var (left, top) = (((width - side) / 2) - ((margin + (phaseX / 128.0)) * perPixel), ((height - side) / 2) - ((margin + (phaseY / 128.0)) * perPixel));
        var (pixels, units) = (Size + (2 * margin), side + (2 * margin * perPixel));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{left:R} {top:R} {units:R} {units:R}\" width=\"{pixels}\" height=\"{pixels}\"");
        WriteAttributes(text, _style.Attributes, []);
        text.Append('>').Append(body).Append("</svg>");
        var picture = SvgFile.Draw(Encoding.UTF8.GetBytes(text.ToString()), _name);
        return picture.Width == pixels && picture.Height == pixels
            ? picture
            : throw new ImageException($"The renderer drew '{_name}' at {picture.Width}×{picture.Height}; wanted {pixels}×{pixels}.");
    }

    // What is drawn, without the transparent rows and columns around it.
    private static Sheet Cut(RgbaImage picture, int margin)
    {
        var (left, top, right, bottom) = (picture.Width, picture.Height, -1, -1);
        for (var y = 0; y < picture.Height; y++)
            for (var x = 0; x < picture.Width; x++)
                if (picture.Pixels[(((y * picture.Width) + x) * 4) + 3] != 0)
                    (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
        if (right < 0) return Sheet.Empty;
        var (width, height) = (right - left + 1, bottom - top + 1);
        var rgba = new byte[width * height * 4];
        for (var y = 0; y < height; y++)
            picture.Pixels.AsSpan((((y + top) * picture.Width) + left) * 4, width * 4).CopyTo(rgba.AsSpan(y * width * 4));
        return new(left - margin, top - margin, width, height, rgba);
    }

    private string Body(List<StyleElement> own, List<StyleElement> around, List<StyleElement> host, IReadOnlyList<int> variants)
    {
        var text = new StringBuilder();
        foreach (var each in around) Open(text, each, variants);
        foreach (var each in own) Write(text, each, variants);
        foreach (var each in around.AsEnumerable().Reverse()) Close(text, each);
        if (!text.ToString().Contains("url(#", StringComparison.Ordinal) && !own.Any(each => each.Whole().Any(one => one.Attributes?.ContainsKey("class") == true))) return text.ToString();
        var definitions = new StringBuilder();
        foreach (var each in _style.Canvas.Elements.Concat(host).Distinct().SelectMany(Definitions)) Write(definitions, each, variants);
        return definitions.Append(text).ToString();
    }

    // The outermost ones, wherever they stand.
    private static IEnumerable<StyleElement> Definitions(StyleElement element) =>
        element.IsDefinition ? [element] : (element.Children ?? []).SelectMany(Definitions);

    private void Write(StringBuilder text, StyleElement element, IReadOnlyList<int> variants)
    {
        if (element.Type == "text")
        {
            text.Append(SecurityElement.Escape(element.Value?.ToString()));
            return;
        }
        var drawing = element.IsComponent ? _choices.Drawing(element.Name!, variants) : null;
        if (element.IsComponent && drawing is null) return;
        Open(text, element, variants);
        foreach (var child in drawing?.Elements ?? element.Children ?? []) Write(text, child, variants);
        Close(text, element);
    }

    private void Open(StringBuilder text, StyleElement element, IReadOnlyList<int> variants)
    {
        text.Append('<').Append(Tag(element));
        WriteAttributes(text, element.Attributes, variants);
        text.Append('>');
    }

    private static void Close(StringBuilder text, StyleElement element) => text.Append("</").Append(Tag(element)).Append('>');

    private static string Tag(StyleElement element) => element.IsComponent ? "g" : element.Name!;

    private void WriteAttributes(StringBuilder text, Dictionary<string, JsonElement>? attributes, IReadOnlyList<int> variants)
    {
        foreach (var (name, value) in attributes ?? [])
            text.Append(' ').Append(name).Append("=\"").Append(SecurityElement.Escape(StyleElement.ColourOf(value) is { } colour ? _choices.Value(colour, variants) : value.ToString())).Append('"');
    }
}
