using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// Copies values as a call between two machines would: nothing is shared, only marked members survive, and a type that is
/// not made for travel is refused.
/// </summary>
internal static class RemoteCopier
{
    private static readonly ConcurrentDictionary<Type, Func<object, CopySession, object>?> Copiers = new();
    private static readonly ConcurrentDictionary<Type, bool> Leaves = new();
    private static readonly HashSet<Type> LeafTypes =
    [
        typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly),
        typeof(TimeSpan), typeof(Guid), typeof(Half), typeof(Int128), typeof(UInt128), typeof(BigInteger), typeof(Uri),
        typeof(Version), typeof(CultureInfo), typeof(GrainId), typeof(GrainType), typeof(IdSpan), typeof(Nothing),
    ];

    /// <exception cref="CodecNotFoundException">The value, or something in it, cannot travel.</exception>
    public static T Copy<T>(T value, JsonTypes json) => IsLeaf(typeof(T)) ? value : (T)new CopySession(json).Copy(value, typeof(T))!;

    /// <inheritdoc cref="Copy{T}(T, JsonTypes)"/>
    public static ImmutableDictionary<string, object>? CopyContext(ImmutableDictionary<string, object>? context, JsonTypes json)
    {
        if (context is null)
            return null;
        var session = new CopySession(json);
        return context.SetItems(context.Where(pair => !IsLeaf(pair.Value.GetType()))
            .Select(pair => KeyValuePair.Create(pair.Key, session.Copy(pair.Value, typeof(object))!)));
    }

    /// <summary>Whether values of exactly this type can be shared, because nobody can change them.</summary>
    public static bool IsLeaf(Type type) => Leaves.GetOrAdd(type, static type => type.IsPrimitive || type.IsEnum
        || LeafTypes.Contains(type) || (Nullable.GetUnderlyingType(type) is { } inner && IsLeaf(inner)));

    /// <summary>How values of exactly this type are copied; null for leaves.</summary>
    public static Func<object, CopySession, object>? For(Type type) => Copiers.GetOrAdd(type, Create);

    private static Func<object, CopySession, object>? Create(Type type)
    {
        if (IsLeaf(type) || type == typeof(object) || typeof(Type).IsAssignableFrom(type))
            return null;
        if (typeof(Exception).IsAssignableFrom(type))
            return static (value, session) => ExceptionCopier.Copy((Exception)value, session.Json);
        if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            return SerializableMembers.For(type).Copy;
        return CollectionCopiers.For(type) ?? throw new CodecNotFoundException(
            $"Could not find a codec for type {type}; wanted [GenerateSerializer] on it, or an array, a list or the like.");
    }
}
