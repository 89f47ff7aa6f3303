using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace IconDiffusion.EmbeddedActors;

/// <summary>Copies arrays, .NET's collections and tuples, item by item. Only exact types: what LINQ yields does not travel.</summary>
#pragma warning disable CA1859 // All have one signature, that of the delegates made of them.
internal static class CollectionCopiers
{
    private static readonly Dictionary<Type, string> Methods = new()
    {
        [typeof(List<>)] = nameof(List),
        [typeof(HashSet<>)] = nameof(Set),
        [typeof(SortedSet<>)] = nameof(Sorted),
        [typeof(Queue<>)] = nameof(Queue),
        [typeof(Stack<>)] = nameof(Stack),
        [typeof(Collection<>)] = nameof(Collection),
        [typeof(ReadOnlyCollection<>)] = nameof(ReadOnly),
        [typeof(Dictionary<,>)] = nameof(Map),
        [typeof(SortedDictionary<,>)] = nameof(SortedMap),
        [typeof(ConcurrentDictionary<,>)] = nameof(ConcurrentMap),
        [typeof(KeyValuePair<,>)] = nameof(Pair),
        [typeof(ImmutableArray<>)] = nameof(ImmutableArrayOf),
        [typeof(ImmutableList<>)] = nameof(ImmutableListOf),
        [typeof(ImmutableHashSet<>)] = nameof(ImmutableSet),
        [typeof(ImmutableDictionary<,>)] = nameof(ImmutableMap),
        [typeof(ImmutableSortedDictionary<,>)] = nameof(ImmutableSortedMap),
    };

    /// <summary>The copier of exactly this type; null if it is none of these.</summary>
    public static Func<object, CopySession, object>? For(Type type)
    {
        if (type.IsSZArray)
            return Bind(nameof(ArrayOf), type.GetElementType()!);
        if (typeof(ITuple).IsAssignableFrom(type) && type.Namespace == "System")
            return (value, session) => Tuple(type, (ITuple)value, session);
        return type.IsGenericType && Methods.TryGetValue(type.GetGenericTypeDefinition(), out var method)
            ? Bind(method, type.GetGenericArguments())
            : null;
    }

    private static Func<object, CopySession, object> Bind(string method, params Type[] types) =>
        typeof(CollectionCopiers).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(types)
            .CreateDelegate<Func<object, CopySession, object>>();

    private static object ArrayOf<T>(object value, CopySession session)
    {
        var source = (T[])value;
        if (RemoteCopier.IsLeaf(typeof(T)))
            return session.Note(value, source.Clone());
        var copy = session.Note(value, new T[source.Length]);
        for (var i = 0; i < copy.Length; i++)
            copy[i] = session.Item(source[i]);
        return copy;
    }

    private static object List<T>(object value, CopySession session)
    {
        var source = (List<T>)value;
        var copy = session.Note(value, new List<T>(source.Count));
        foreach (var item in source)
            copy.Add(session.Item(item));
        return copy;
    }

    private static object Collection<T>(object value, CopySession session)
    {
        var copy = session.Note(value, new Collection<T>());
        foreach (var item in (Collection<T>)value)
            copy.Add(session.Item(item));
        return copy;
    }

    private static object Map<TKey, TValue>(object value, CopySession session) where TKey : notnull
    {
        var source = (Dictionary<TKey, TValue>)value;
        var copy = session.Note(value, new Dictionary<TKey, TValue>(source.Count, source.Comparer));
        foreach (var (key, item) in source)
            copy.Add(session.Item(key), session.Item(item));
        return copy;
    }

    private static object SortedMap<TKey, TValue>(object value, CopySession session) where TKey : notnull
    {
        var source = (SortedDictionary<TKey, TValue>)value;
        var copy = session.Note(value, new SortedDictionary<TKey, TValue>(source.Comparer));
        foreach (var (key, item) in source)
            copy.Add(session.Item(key), session.Item(item));
        return copy;
    }

    private static object ConcurrentMap<TKey, TValue>(object value, CopySession session) where TKey : notnull
    {
        var source = (ConcurrentDictionary<TKey, TValue>)value;
        var copy = session.Note(value, new ConcurrentDictionary<TKey, TValue>(source.Comparer));
        foreach (var (key, item) in source)
            copy.TryAdd(session.Item(key), session.Item(item));
        return copy;
    }

    private static object Set<T>(object value, CopySession session) =>
        session.Note(value, new HashSet<T>(Items((HashSet<T>)value, session), ((HashSet<T>)value).Comparer));

    private static object Sorted<T>(object value, CopySession session) =>
        session.Note(value, new SortedSet<T>(Items((SortedSet<T>)value, session), ((SortedSet<T>)value).Comparer));

    private static object Queue<T>(object value, CopySession session) =>
        session.Note(value, new Queue<T>(Items((Queue<T>)value, session)));

    // A stack lists its top first, and is built from its bottom.
    private static object Stack<T>(object value, CopySession session) =>
        session.Note(value, new Stack<T>(Items((Stack<T>)value, session).Reverse()));

    private static object ReadOnly<T>(object value, CopySession session) =>
        session.Note(value, new ReadOnlyCollection<T>([.. Items((ReadOnlyCollection<T>)value, session)]));

    private static object Pair<TKey, TValue>(object value, CopySession session)
    {
        var (key, item) = (KeyValuePair<TKey, TValue>)value;
        return KeyValuePair.Create(session.Item(key), session.Item(item));
    }

    private static object ImmutableArrayOf<T>(object value, CopySession session) =>
        (ImmutableArray<T>)value is { IsDefault: false } source ? [.. Items(source, session)] : default(ImmutableArray<T>);

    private static object ImmutableListOf<T>(object value, CopySession session) =>
        session.Note(value, ImmutableList.CreateRange(Items((ImmutableList<T>)value, session)));

    private static object ImmutableSet<T>(object value, CopySession session)
    {
        var source = (ImmutableHashSet<T>)value;
        return session.Note(value, ImmutableHashSet.CreateRange(source.KeyComparer, Items(source, session)));
    }

    private static object ImmutableMap<TKey, TValue>(object value, CopySession session) where TKey : notnull
    {
        var source = (ImmutableDictionary<TKey, TValue>)value;
        return session.Note(value, ImmutableDictionary.CreateRange(source.KeyComparer, Pairs(source, session)));
    }

    private static object ImmutableSortedMap<TKey, TValue>(object value, CopySession session) where TKey : notnull
    {
        var source = (ImmutableSortedDictionary<TKey, TValue>)value;
        return session.Note(value, ImmutableSortedDictionary.CreateRange(source.KeyComparer, Pairs(source, session)));
    }

    private static object Tuple(Type type, ITuple tuple, CopySession session)
    {
        var types = type.GetGenericArguments();
        if (types.Length > 7)
            throw new Orleans.Serialization.CodecNotFoundException($"Could not find a codec for type {type}; wanted at most 7 items.");
        var items = types.Select((item, i) => session.Copy(tuple[i], item)).ToArray();
        return type.GetConstructor(types)!.Invoke(items);
    }

    private static IEnumerable<T> Items<T>(IEnumerable<T> source, CopySession session) => source.Select(session.Item);

    private static IEnumerable<KeyValuePair<TKey, TValue>> Pairs<TKey, TValue>(
        IEnumerable<KeyValuePair<TKey, TValue>> source, CopySession session) =>
        source.Select(pair => KeyValuePair.Create(session.Item(pair.Key), session.Item(pair.Value)));
}
