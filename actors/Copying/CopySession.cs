using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>One copying: what was one object before is one object after, circles included.</summary>
/// <param name="json">What travels as JSON.</param>
internal sealed class CopySession(JsonTypes json)
{
    private Dictionary<object, object>? _copies;

    public JsonTypes Json => json;

    /// <param name="value">Of any type.</param>
    /// <param name="declared">The type it is declared as: a grain becomes a reference of that interface.</param>
    /// <exception cref="Orleans.Serialization.CodecNotFoundException">The value, or something in it, cannot travel.</exception>
    public object? Copy(object? value, Type declared)
    {
        if (value is null or string)
            return value;
        if (value is IAddressable and (GrainReference or IGrainBase))
            return GrainReference.Of((IAddressable)value, declared);
        if (_copies is not null && _copies.TryGetValue(value, out var known))
            return known;
        if (json.Cover(value.GetType()))
            return Note(value, json.Copy(value));
        return RemoteCopier.For(value.GetType()) is { } copier ? copier(value, this) : value;
    }

    /// <summary>Copies an element or member.</summary>
    public T Item<T>(T value) => RemoteCopier.IsLeaf(typeof(T)) ? value : (T)Copy(value, typeof(T))!;

    /// <summary>Notes that this is the copy of that.</summary>
    public TCopy Note<TCopy>(object original, TCopy copy) where TCopy : notnull
    {
        (_copies ??= new(ReferenceEqualityComparer.Instance)).TryAdd(original, copy);
        return copy;
    }
}
