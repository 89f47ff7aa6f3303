using System.Text.Json;
using Orleans.Storage;

namespace IconDiffusion.Silo.Cluster;

/// <summary>Grain states as plain JSON. Unlike Orleans' own payload it names no assembly, so a renamed class reads what was written.</summary>
public sealed class JsonGrainStorageSerializer(JsonSerializerOptions options) : IGrainStorageSerializer
{
    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, options));

    /// <inheritdoc/>
    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, options)!;
}
