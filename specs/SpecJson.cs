using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace IconDiffusion.Specs;

/// <summary>The one way specs and results are written as JSON and read back: camel case, strict.</summary>
public static class SpecJson
{
    /// <summary>One line, for hashing and logs.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    /// <summary>For files that people read.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    /// <summary>Between grains, which name the exact type beside the JSON and so need no member that tells it from its siblings.</summary>
    public static JsonSerializerOptions Travel { get; } = Create(indented: false, JsonUnmappedMemberHandling.Skip);

    private static void TellApart(JsonTypeInfo type)
    {
        if (type.Type.GetCustomAttribute<KnownTypesAttribute>(inherit: false) is { } known)
            type.PolymorphismOptions = known.Options;
    }

    private static JsonSerializerOptions Create(bool indented, JsonUnmappedMemberHandling unmapped = JsonUnmappedMemberHandling.Disallow)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = indented,
            PropertyNameCaseInsensitive = false,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            UnmappedMemberHandling = unmapped,
            AllowOutOfOrderMetadataProperties = true,
            AllowDuplicateProperties = false,
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            RespectNullableAnnotations = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { TellApart } },
            Converters = { new DurationConverter(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        };
        options.MakeReadOnly();
        return options;
    }
}
