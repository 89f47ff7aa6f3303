using System.Text.Json;
using System.Text.Json.Serialization;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// One style of DiceBear's package, as its JSON says: drawings of an illustrator's parts, their colours, and a canvas that says where
/// each part lies. Read by our own code; nothing in it is run.
/// </summary>
/// <param name="Meta">Who drew it, under which terms.</param>
/// <param name="Attributes">Of the whole drawing.</param>
/// <param name="Components">The parts by name.</param>
/// <param name="Colors">Lists of colours by the name that drawings refer to them by.</param>
internal sealed record DiceBearStyle(
    StyleMeta Meta, StyleCanvas Canvas, Dictionary<string, StyleComponent> Components,
    Dictionary<string, StyleColours>? Colors = null, Dictionary<string, JsonElement>? Attributes = null)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <param name="name">What error messages call it.</param>
    /// <exception cref="DatasetException">It is no JSON of a style, or refers to what it does not have.</exception>
    public static DiceBearStyle Parse(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            var style = JsonSerializer.Deserialize<DiceBearStyle>(json, Options) ?? throw new JsonException("It is null.");
            foreach (var element in style.Components.Values.SelectMany(component => style.VariantsOf(component).Values).SelectMany(variant => variant.Elements).Concat(style.Canvas.Elements))
                style.ThrowUnlessKnown(element);
            return style;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException)
        {
            throw new DatasetException($"The style '{name}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Who drew it, under which terms.</summary>
    public Consent Consent => SourceLicences.DiceBear(Meta.Creator.Name, Meta.License.Name.TrimEnd('.'), Meta.License.Text ?? Meta.License.Name);

    /// <summary>A component's drawings by name, its own or those of the component that it extends.</summary>
    public IReadOnlyDictionary<string, StyleVariant> VariantsOf(StyleComponent component)
    {
        for (var depth = 0; depth < Components.Count; depth++)
        {
            if (component.Extends is not { } other) return component.Variants ?? [];
            component = Components[other];
        }
        throw new JsonException("Its components extend one another in a circle.");
    }

    private void ThrowUnlessKnown(StyleElement element)
    {
        if (element.IsComponent) _ = Components[element.Name ?? ""];
        foreach (var colour in element.Colours)
            if (Colors?.GetValueOrDefault(colour) is not { Values.Count: > 0 }) throw new JsonException($"It has no colour '{colour}'.");
        foreach (var child in element.Children ?? []) ThrowUnlessKnown(child);
    }
}

/// <summary>Who drew a style, and under which terms.</summary>
internal sealed record StyleMeta(StyleLicence License, StyleCreator Creator);

/// <param name="Text">The sentence that names source and artist.</param>
internal sealed record StyleLicence(string Name, string? Text = null);

internal sealed record StyleCreator(string Name);

internal sealed record StyleCanvas(double Width, double Height, List<StyleElement> Elements);

/// <summary>A part with its drawings.</summary>
/// <param name="Probability">Percent of the artist's own pictures that have it; null: all.</param>
/// <param name="Extends">The component whose drawings it shares.</param>
internal sealed record StyleComponent(
    Dictionary<string, StyleVariant>? Variants = null, double? Probability = null, string? Extends = null, double Width = 0, double Height = 0);

/// <param name="Weight">How often the artist's own pictures have it, beside the others; 0: never.</param>
internal sealed record StyleVariant(List<StyleElement> Elements, double Weight = 1);

/// <param name="NotEqualTo">Names of colours that it must differ from.</param>
internal sealed record StyleColours(List<string> Values, List<string>? NotEqualTo = null);

/// <summary>An element of SVG, the place of a component, or text.</summary>
/// <param name="Type"><c>element</c>, <c>component</c> or another word.</param>
/// <param name="Attributes">Texts, or the names of colours.</param>
internal sealed record StyleElement(
    string Type, string? Name = null, Dictionary<string, JsonElement>? Attributes = null, List<StyleElement>? Children = null, JsonElement? Value = null)
{
    [JsonIgnore]
    public bool IsComponent => Type == "component";

    /// <summary>Whether it is drawn only where others refer to it.</summary>
    [JsonIgnore]
    public bool IsDefinition => Name is "defs" or "mask" or "clipPath" or "linearGradient" or "radialGradient" or "filter" or "style";

    /// <summary>The names of the colours that its own attributes have.</summary>
    [JsonIgnore]
    public IEnumerable<string> Colours => (Attributes ?? []).Values.Select(ColourOf).OfType<string>();

    /// <summary>The name of a colour; null: the attribute is not one.</summary>
    public static string? ColourOf(JsonElement attribute) =>
        attribute.ValueKind == JsonValueKind.Object && attribute.TryGetProperty("type", out var type) && type.ValueEquals("color") && attribute.TryGetProperty("name", out var name)
            ? name.GetString()
            : null;

    /// <summary>It and everything in it.</summary>
    public IEnumerable<StyleElement> Whole() => (Children ?? []).SelectMany(child => child.Whole()).Prepend(this);

    /// <summary>Whether a component is drawn in it, other than as a mask.</summary>
    public bool HoldsComponent() => !IsDefinition && (IsComponent || (Children ?? []).Any(child => child.HoldsComponent()));
}
