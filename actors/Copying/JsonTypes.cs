using System.Collections.Concurrent;
using System.Text.Json;
using Orleans;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// The types that travel as JSON, alone or inside of others. As in Orleans, [GenerateSerializer] goes first and .NET's own
/// types are never among them.
/// </summary>
internal sealed class JsonTypes(Func<Type, bool> isJson, JsonSerializerOptions options)
{
    private readonly ConcurrentDictionary<Type, bool> _known = new();

    public bool Cover(Type type) => _known.GetOrAdd(type, Decide);

    /// <summary>
    /// The value, written as an object of any type, which may add what tells its type from its siblings, and read back as exactly
    /// the type it is.
    /// </summary>
    /// <exception cref="CodecNotFoundException">JSON refuses it.</exception>
    public object Copy(object value)
    {
        var type = value.GetType();
        try
        {
            return JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes<object>(value, options), type, options)!;
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new CodecNotFoundException($"{type} cannot travel as JSON: {failure.Message}");
        }
    }

    private bool Decide(Type type) => !RemoteCopier.IsLeaf(type)
        && !type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)
        && type.Assembly != typeof(object).Assembly
        && isJson(type);
}
