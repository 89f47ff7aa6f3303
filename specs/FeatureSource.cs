using System.Text.Json;
using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>Where features are from: a network that the program knows by name, or the user's own ONNX file. A text in JSON and on the command line.</summary>
[JsonConverter(typeof(Converter))]
public sealed record FeatureSource
{
    private const string Extension = ".onnx";

    private FeatureSource(FeatureNetwork network, string? file) => (Network, File) = (network, file);

    /// <summary>Which network; <see cref="FeatureNetwork.Own"/>: that of <see cref="File"/>.</summary>
    public FeatureNetwork Network { get; }

    /// <summary>The user's own network, an ONNX file with a JSON file of the same name beside it; null: a known one.</summary>
    public string? File { get; }

    /// <summary>What is wanted of a text.</summary>
    public static string Wanted => $"one of {string.Join(", ", FeatureNetworks.ByKey.Keys)}, or a file whose name ends in {Extension}";

    public static implicit operator FeatureSource(FeatureNetwork network) => new(network, null);

    /// <summary>Reads a name or a path; null: it is neither.</summary>
    public static FeatureSource? TryParse(string text) =>
        FeatureNetworks.ByKey.TryGetValue(text, out var network) ? network
        : text.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) ? new(FeatureNetwork.Own, text)
        : null;

    /// <summary>The name or the path.</summary>
    public override string ToString() => File ?? FeatureNetworks.ByKey.First(each => each.Value == Network).Key;

    internal sealed class Converter : JsonConverter<FeatureSource>
    {
        public override FeatureSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!) is { } source ? source : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, FeatureSource value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
