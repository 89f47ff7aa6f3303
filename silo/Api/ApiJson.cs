using System.Text.Json;
using IconDiffusion.Specs;

namespace IconDiffusion.Silo.Api;

/// <summary>Answers are written as specs are.</summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        var specs = SpecJson.Compact;
        options.PropertyNameCaseInsensitive = specs.PropertyNameCaseInsensitive;
        options.NumberHandling = specs.NumberHandling;
        options.UnmappedMemberHandling = specs.UnmappedMemberHandling;
        options.RespectNullableAnnotations = specs.RespectNullableAnnotations;
        options.RespectRequiredConstructorParameters = true;
        options.Encoder = specs.Encoder;
        foreach (var converter in specs.Converters)
            options.Converters.Add(converter);
    }
}
