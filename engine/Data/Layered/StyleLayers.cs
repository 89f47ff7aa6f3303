using System.Text.Json;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// Which layers a DiceBear style has. A component with several drawings, or one that can be absent, is a layer. A colour with several
/// values belongs to the variants of one layer: a variant is a drawing in a colour, and whatever else has that colour follows.
/// Components of a single drawing that have such a colour, as heads have the skin's, are together a layer of the colour's name.
/// </summary>
internal sealed class StyleLayers
{
    // So many kinds of combinations are looked at to count those that are allowed.
    private const long MostCounted = 2_000_000;

    private readonly DiceBearStyle _style;
    private readonly Dictionary<string, Component> _components;
    private readonly Dictionary<string, int> _ownerOfColour = [];

    /// <param name="name">Of the style, for messages.</param>
    /// <param name="variants">How many of each layer's variants are used, the first.</param>
    /// <exception cref="DatasetException">The style cannot be taken apart, or has too many combinations.</exception>
    public StyleLayers(DiceBearStyle style, string name, int variants)
    {
        _style = style;
        ThrowUnlessSeparable(style, name);
        _components = Reachable(style);
        var chosen = (style.Colors ?? []).Where(colour => colour.Value.Values.Distinct().Skip(1).Any()).Select(colour => colour.Key)
            .Where(colour => _components.Values.Any(component => component.Drawings.Any(drawing => drawing.Colours.Contains(colour)))).ToList();
        var layers = new List<(string Name, Component? Part, List<string> Colours)>();
        foreach (var part in _components.Values.Where(each => each.IsChosen))
        {
            part.Layer = layers.Count;
            layers.Add((part.Name, part, []));
        }
        foreach (var colour in chosen)
        {
            var users = _components.Values.Where(each => each.Drawings.Any(drawing => drawing.Colours.Contains(colour))).ToList();
            Component[] single = [.. users.Where(each => !each.IsChosen)];
            int owner;
            if (single.FirstOrDefault(each => each.Layer >= 0) is { } claimed) owner = claimed.Layer;
            else if (single.Length > 0)
            {
                owner = layers.Count;
                layers.Add((colour, null, []));
            }
            else
                // Best one that is never absent and always has the colour, of those the largest.
                owner = users.OrderByDescending(each => !each.CanBeAbsent && each.Drawings.All(drawing => drawing.Colours.Contains(colour)))
                    .ThenByDescending(each => each.Area).First().Layer;
            foreach (var part in single.Where(each => each.Layer < 0)) part.Layer = owner;
            layers[owner].Colours.Add(colour);
            _ownerOfColour[colour] = owner;
        }
        CanvasLayer = -1;
        if (_components.Values.Any(each => each.Layer < 0) || style.Canvas.Elements.SelectMany(each => each.Whole()).Any(each => each is { IsComponent: false, IsDefinition: false, Children: null }))
        {
            CanvasLayer = layers.Count;
            foreach (var part in _components.Values.Where(each => each.Layer < 0)) part.Layer = CanvasLayer;
            layers.Add(("canvas", null, []));
        }
        Layers = [.. layers.Select((layer, number) => new StyleLayer(
            layer.Name, [.. Options(layer.Part, layer.Colours).Take(variants)], _components.Values.Where(each => each.Layer == number).Sum(each => each.Area),
            [.. PlacedAnew(layer.Part).Select(name => _components[name].Layer).Where(each => each != number).Distinct()]))];
        Combinations = Count(name);
    }

    public IReadOnlyList<StyleLayer> Layers { get; }

    /// <summary>The layer of what is no component's; −1: there is no such thing.</summary>
    public int CanvasLayer { get; }

    /// <summary>How many combinations <see cref="Allows"/>.</summary>
    public long Combinations { get; }

    /// <summary>The layer that a component belongs to; null: the style never draws it.</summary>
    public int? LayerOf(string component) => _components.GetValueOrDefault(component)?.Layer;

    /// <summary>Whether a colour is a variant's matter.</summary>
    public bool IsChosen(string colour) => _ownerOfColour.ContainsKey(colour);

    /// <summary>A colour's value: its owner's, or the first where the owner does not say.</summary>
    public string Value(string colour, IReadOnlyList<int> variants) => Stated(colour, variants) ?? _style.Colors![colour].Values[0];

    /// <summary>What a component draws; null: nothing.</summary>
    public StyleVariant? Drawing(string component, IReadOnlyList<int> variants) => DrawingOf(component, variants)?.Variant;

    /// <summary>The same; of a component of which nothing is known its first drawing, which says where those in it lie.</summary>
    public StyleVariant? DrawingToFollow(string component, IReadOnlyList<int> variants) =>
        LayerOf(component) is { } layer && variants[layer] < 0 ? _components[component].Drawings[0].Variant : Drawing(component, variants);

    /// <summary>The colours of what a component draws.</summary>
    public IReadOnlyCollection<string> ColoursOf(string component, IReadOnlyList<int> variants) => DrawingOf(component, variants)?.Colours ?? [];

    /// <summary>
    /// Whether every part of the combination is drawn, as an earring is not under hair that leaves no place for one, nothing is absent
    /// that the artist always draws, and colours differ that the style says must.
    /// </summary>
    public bool Allows(IReadOnlyList<int> variants)
    {
        var placed = new HashSet<string>();
        Place(CanvasHolds());
        foreach (var part in _components.Values.Where(each => each.IsChosen))
            if (Layers[part.Layer].Options[variants[part.Layer]].Drawing is null ? placed.Contains(part.Name) && !part.IsOptional : !placed.Contains(part.Name))
                return false;
        foreach (var colour in _ownerOfColour.Keys)
            if (Stated(colour, variants) is { } value && (_style.Colors![colour].NotEqualTo ?? []).Any(other => _ownerOfColour.ContainsKey(other) && Stated(other, variants) == value))
                return false;
        return true;

        void Place(IEnumerable<string> held)
        {
            foreach (var name in held)
                if (placed.Add(name) && DrawingOf(name, variants) is { } drawing)
                    Place(drawing.Holds);
        }
    }

    private string? Stated(string colour, IReadOnlyList<int> variants) =>
        _ownerOfColour.TryGetValue(colour, out var owner) && variants[owner] >= 0 ? Layers[owner].Options[variants[owner]].Colours.GetValueOrDefault(colour) : null;

    private DrawingFacts? DrawingOf(string component, IReadOnlyList<int> variants)
    {
        if (!_components.TryGetValue(component, out var part) || variants[part.Layer] < 0) return null;
        if (!part.IsChosen) return part.Drawings[0];
        return Layers[part.Layer].Options[variants[part.Layer]].Drawing is { } drawing ? part.Drawings[drawing] : null;
    }

    private IEnumerable<string> CanvasHolds() => Held(_style.Canvas.Elements);

    // Components that not all drawings of a part hold at the same place.
    private static IEnumerable<string> PlacedAnew(Component? part) => part is null ? [] : part.Drawings
        .SelectMany(drawing => drawing.Variant.Elements.SelectMany(element => element.Whole()).Where(element => element.IsComponent))
        .GroupBy(element => element.Name!, element => JsonSerializer.Serialize(element.Attributes)).Where(places => places.Distinct().Skip(1).Any()).Select(places => places.Key);

    // "none" first, then drawings in colours: the first variants differ in both, the last ones complete the product.
    private IEnumerable<StyleOption> Options(Component? part, List<string> colours)
    {
        if (part is { CanBeAbsent: true }) yield return new(ArtLayer.None, null, new Dictionary<string, string>());
        var drawings = part?.Drawings.Count ?? 1;
        var palettes = Product(colours);
        for (var round = 0; round < palettes.Count; round++)
            for (var drawing = 0; drawing < drawings; drawing++)
            {
                var facts = part?.Drawings[drawing];
                var used = colours.Where(colour => facts is null || facts.Colours.Contains(colour)).ToList();
                if (used.Count == 0 && round > 0) continue;
                var values = palettes[(drawing + round) % palettes.Count].Where(each => used.Contains(each.Key)).ToDictionary();
                string[] words = [.. facts is null ? [] : (string[])[facts.Name.Replace('-', '.')], .. used.Select(colour => values[colour].TrimStart('#'))];
                yield return new(words.Length == 0 ? "drawn" : string.Join('.', words), part is null ? null : drawing, values);
            }
    }

    private List<Dictionary<string, string>> Product(List<string> colours)
    {
        List<Dictionary<string, string>> all = [[]];
        foreach (var colour in colours)
            all = [.. _style.Colors![colour].Values.Distinct().SelectMany(value => all.Select(each => new Dictionary<string, string>(each) { [colour] = value }))];
        return all;
    }

    // Variants that Allows treats alike are counted together; layers that it never asks about are multiplied.
    private long Count(string name)
    {
        var constrained = _ownerOfColour.Keys.SelectMany(colour => (_style.Colors![colour].NotEqualTo ?? []).Where(_ownerOfColour.ContainsKey).SelectMany(other => new[] { colour, other })).ToHashSet();
        List<(int Option, int Count)>[] groups = [.. Layers.Select((layer, number) => layer.Options.Select((option, i) => (option, i)).GroupBy(each => Kind(number, each.option)).Select(group => (group.First().i, group.Count())).ToList())];
        if (groups.Aggregate(1.0, (product, group) => product * group.Count) > MostCounted)
            throw new DatasetException($"The style '{name}' has more combinations than can be counted; wanted fewer variants.");
        var variants = new int[Layers.Count];
        return From(0, 1);

        long From(int layer, long count) => layer == groups.Length
            ? Allows(variants) ? count : 0
            : groups[layer].Sum(group =>
            {
                variants[layer] = group.Option;
                return From(layer + 1, checked(count * group.Count));
            });

        string Kind(int layer, StyleOption option)
        {
            var part = _components.Values.FirstOrDefault(each => each.IsChosen && each.Layer == layer);
            var facts = part is not null && option.Drawing is { } drawing ? part.Drawings[drawing] : null;
            return $"{option.Drawing is null}|{string.Join(',', (facts?.Holds ?? []).Order(StringComparer.Ordinal))}|{string.Join(',', option.Colours.Where(each => constrained.Contains(each.Key)).Select(each => $"{each.Key}={each.Value}"))}";
        }
    }

    private static Dictionary<string, Component> Reachable(DiceBearStyle style)
    {
        var found = new Dictionary<string, Component>();
        foreach (var name in Held(style.Canvas.Elements)) Visit(name);
        // Where some drawing has no place for a component, it is absent there.
        var always = Held(style.Canvas.Elements).ToHashSet();
        for (var count = -1; count != always.Count;)
        {
            count = always.Count;
            foreach (var host in found.Values.Where(each => always.Contains(each.Name) && !each.IsOptional))
                always.UnionWith(found.Keys.Where(name => host.Drawings.All(drawing => drawing.Holds.Contains(name))));
        }
        foreach (var part in found.Values) part.CanBeAbsent = part.IsOptional || !always.Contains(part.Name);
        return found;

        void Visit(string name)
        {
            if (found.ContainsKey(name)) return;
            var component = style.Components[name];
            // What the artist's pictures never have is left out; an empty drawing is an absent part.
            var drawings = style.VariantsOf(component).Where(each => each.Value.Weight > 0).ToLookup(each => each.Value.Elements.Count > 0);
            if (!drawings[true].Any()) return;
            var part = found[name] = new(name, component.Probability is < 100 || drawings[false].Any(), component.Width * component.Height,
                [.. drawings[true].Select(each => new DrawingFacts(each.Key, each.Value, [.. Held(each.Value.Elements)],
                    [.. each.Value.Elements.SelectMany(element => element.Whole()).SelectMany(element => element.Colours)]))]);
            foreach (var held in part.Drawings.SelectMany(each => each.Holds)) Visit(held);
        }
    }

    // The components that elements hold a place for, masks left out.
    private static IEnumerable<string> Held(IEnumerable<StyleElement> elements) =>
        elements.Where(each => !each.IsDefinition).SelectMany(each => each.IsComponent ? [each.Name!] : Held(each.Children ?? []));

    private static void ThrowUnlessSeparable(DiceBearStyle style, string name)
    {
        foreach (var element in style.Canvas.Elements.Concat(style.Components.Values.SelectMany(each => style.VariantsOf(each).Values).SelectMany(each => each.Elements)).SelectMany(each => each.Whole()))
        {
            if (element is { Type: "element", Name: "text" } || (element.Attributes ?? []).Values.Any(each => each.ValueKind == JsonValueKind.Object && StyleElement.ColourOf(each) is null))
                throw new DatasetException($"The style '{name}' writes a person's initials or other text; wanted a style of drawings alone.");
            if (!element.IsComponent && element.HoldsComponent() && (element.Attributes ?? []).Keys.FirstOrDefault(key => key is "opacity" or "mask" or "clip-path" or "filter" or "style") is { } key)
                throw new DatasetException($"The style '{name}' lays '{key}' over several components at once, so that they cannot be drawn apart; wanted another style.");
        }
    }

    private sealed record DrawingFacts(string Name, StyleVariant Variant, HashSet<string> Holds, HashSet<string> Colours);

    private sealed class Component(string name, bool isOptional, double area, IReadOnlyList<DrawingFacts> drawings)
    {
        public string Name => name;

        public bool IsOptional => isOptional;

        public double Area => area;

        public IReadOnlyList<DrawingFacts> Drawings => drawings;

        public bool CanBeAbsent { get; set; }

        public bool IsChosen => CanBeAbsent || Drawings.Count > 1;

        public int Layer { get; set; } = -1;
    }
}

/// <summary>A layer and its variants.</summary>
/// <param name="Area">Of its components, in squares of the style's own unit.</param>
/// <param name="Held">Layers that lie elsewhere with another of its drawings.</param>
internal sealed record StyleLayer(string Name, IReadOnlyList<StyleOption> Options, double Area, IReadOnlyList<int> Held);

/// <param name="Drawing">The number of the component's drawing; null: the layer is a colour, or the part is absent.</param>
/// <param name="Colours">Values by the names of the colours that the variant has.</param>
internal sealed record StyleOption(string Name, int? Drawing, IReadOnlyDictionary<string, string> Colours);
