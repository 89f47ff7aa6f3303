using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>All grain classes, checked: what would be lost or mixed up in a run is refused at start.</summary>
internal sealed class GrainCatalog
{
    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly Dictionary<Type, List<GrainClass>> _byInterface = [];

    public IReadOnlyCollection<GrainClass> Classes => _byType.Values;

    /// <exception cref="InvalidOperationException">Two classes share a type or state name, or a type in it cannot travel.</exception>
    public static GrainCatalog Scan(IEnumerable<Assembly> assemblies)
    {
        var catalog = new GrainCatalog();
        var types = assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()).ToArray();
        foreach (var type in types.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)))
            SerializableMembers.Check(type);
        foreach (var type in types.Where(type => typeof(IGrain).IsAssignableFrom(type) && type.IsInterface))
            MethodPlans.Check(type);
        foreach (var type in types.Where(type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false }
            && typeof(IGrainBase).IsAssignableFrom(type)))
            catalog.Add(new(type));
        catalog.CheckStateNames();
        return catalog;
    }

    public GrainClass? Find(GrainType type) => _byType.GetValueOrDefault(type);

    /// <summary>
    /// The one class that implements this interface and whose full name begins with the prefix. Among several, the whole
    /// name as prefix decides; without a prefix, the class named as the interface less its I.
    /// </summary>
    public GrainClass Resolve(Type grainInterface, string? prefix)
    {
        if (!_byInterface.TryGetValue(grainInterface, out var all))
            throw new ArgumentException($"No grain class implements {grainInterface.FullName}.");
        var preferred = all.Find(candidate => prefix is null
            ? candidate.Class.Name == grainInterface.Name[1..]
            : candidate.Class.FullName == prefix);
        if (preferred is not null)
            return preferred;
        var candidates = prefix is null
            ? all
            : all.FindAll(candidate => candidate.Class.FullName!.StartsWith(prefix, StringComparison.Ordinal));
        var beginning = prefix is null ? "" : $" and begins with '{prefix}'";
        return candidates.Count switch
        {
            1 => candidates[0],
            0 => throw new ArgumentException($"No grain class implements {grainInterface.FullName}{beginning}."),
            _ => throw new ArgumentException($"More than one grain class implements {grainInterface.FullName}{beginning}: "
                + $"{string.Join(", ", candidates.Select(candidate => candidate.Class.FullName))}; say which by its prefix."),
        };
    }

    private void Add(GrainClass grainClass)
    {
        if (!_byType.TryAdd(grainClass.Type, grainClass))
        {
            throw new InvalidOperationException($"Grain classes {_byType[grainClass.Type].Class.FullName} and "
                + $"{grainClass.Class.FullName} are both of type '{grainClass.Type}'; rename one.");
        }
        foreach (var face in grainClass.Interfaces)
        {
            if (!_byInterface.TryGetValue(face, out var classes))
                _byInterface.Add(face, classes = []);
            classes.Add(grainClass);
        }
    }

    // The database's key is (state name, grain key), so two classes with one name would read each other's state.
    private void CheckStateNames()
    {
        var owners = new Dictionary<string, GrainClass>(StringComparer.Ordinal);
        foreach (var grainClass in Classes)
        {
            foreach (var name in grainClass.StateNames)
            {
                if (!owners.TryAdd(name, grainClass))
                {
                    throw new InvalidOperationException($"State name '{name}' is used by {owners[name].Class.FullName} and by "
                        + $"{grainClass.Class.FullName}; a state name must be unique.");
                }
            }
        }
    }
}
