using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors;

/// <summary>What of a [GenerateSerializer] type travels: its [Id] members and record parameters, and its bases'.</summary>
internal sealed class SerializableMembers
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly ConcurrentDictionary<Type, SerializableMembers> Known = new();
    private readonly FieldInfo[] _fields;
    private readonly Func<object> _create;

    private SerializableMembers(Type type)
    {
        _fields = [.. Chain(type).SelectMany(TravellingFields)];
        _create = Creator(type);
    }

    public static SerializableMembers For(Type type) => Known.GetOrAdd(type, static type => new(type));

    /// <summary>How an empty instance is made: by its parameterless constructor, else without any.</summary>
    public static Func<object> Creator(Type type)
    {
        var constructor = type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
        if (constructor is null)
            return () => RuntimeHelpers.GetUninitializedObject(type);
        var invoker = ConstructorInvoker.Create(constructor);
        return () => invoker.Invoke();
    }

    /// <exception cref="InvalidOperationException">A member would be lost on the way.</exception>
    public static void Check(Type type)
    {
        if (type.IsEnum)
            return;
        if (type.BaseType is { } parent && !IsRoot(parent) && !Travels(parent))
        {
            throw new InvalidOperationException($"{type.FullName} travels in calls but its base {parent.FullName} does not; "
                + "wanted [GenerateSerializer] on both.");
        }
        var ids = new HashSet<uint>();
        var parameters = RecordParameters(type);
        foreach (var field in type.GetFields(Declared).Where(field => !IsExcluded(field) && !IsCaptured(field)))
        {
            if (IdOf(field) is { } id)
            {
                if (!ids.Add(id))
                    throw new InvalidOperationException($"{type.FullName} has [Id({id})] twice; wanted each once.");
            }
            else if (!parameters.Contains(NameOf(field)))
            {
                throw new InvalidOperationException($"{type.FullName}.{NameOf(field)} would be lost in a call; "
                    + "wanted [Id(n)] on it, or [NonSerialized].");
            }
        }
    }

    public object Copy(object value, CopySession session)
    {
        var copy = _create();
        if (!value.GetType().IsValueType)
            session.Note(value, copy);
        CopyFields(value, copy, session);
        return copy;
    }

    public void CopyFields(object from, object to, CopySession session)
    {
        foreach (var field in _fields)
        {
            var member = field.GetValue(from);
            field.SetValue(to, RemoteCopier.IsLeaf(field.FieldType) ? member : session.Copy(member, field.FieldType));
        }
    }

    private static IEnumerable<Type> Chain(Type type)
    {
        for (var level = type; level is not null && !IsRoot(level); level = level.BaseType)
        {
            yield return Travels(level) ? level : throw new CodecNotFoundException(
                $"Could not find a codec for type {level}, the base of {type}; wanted [GenerateSerializer] on it.");
        }
    }

    private static bool Travels(Type type) => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);

    // An exception's own members are copied apart, so those of .NET count as roots.
    private static bool IsRoot(Type type) => type == typeof(object) || type == typeof(ValueType)
        || (typeof(Exception).IsAssignableFrom(type) && !Travels(type));

    private static IEnumerable<FieldInfo> TravellingFields(Type type)
    {
        var parameters = RecordParameters(type);
        return type.GetFields(Declared).Where(field =>
            !IsExcluded(field) && (IdOf(field) is not null || parameters.Contains(NameOf(field))));
    }

    private static bool IsExcluded(FieldInfo field) => field.IsDefined(typeof(NonSerializedAttribute));

    private static uint? IdOf(FieldInfo field) => (field.GetCustomAttribute<IdAttribute>()
        ?? field.DeclaringType!.GetProperty(NameOf(field), Declared)?.GetCustomAttribute<IdAttribute>())?.Id;

    // The property of an automatic property's field <Name>k__BackingField.
    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal)
            ? field.Name[1..field.Name.IndexOf('>')]
            : field.Name;

    // A constructor parameter <name>P that a class's methods use; in Orleans too it does not travel, and it is no member.
    private static bool IsCaptured(FieldInfo field) =>
        field.IsDefined(typeof(CompilerGeneratedAttribute)) && NameOf(field) == field.Name;

    // Only records have a generated Deconstruct, and its parameters are the record's.
    private static HashSet<string> RecordParameters(Type type) =>
        type.GetMethods(Declared)
            .Where(method => method.Name == "Deconstruct" && method.IsDefined(typeof(CompilerGeneratedAttribute)))
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.Name!)
            .ToHashSet(StringComparer.Ordinal);
}
