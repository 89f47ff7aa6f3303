using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>A grain class: its type name, its attributes and how to construct it.</summary>
internal sealed class GrainClass
{
    private static readonly Type[] Markers = [typeof(IGrain), typeof(IGrainWithStringKey), typeof(IAddressable)];
    private readonly ConstructorInfo _constructor;
    private readonly ParameterInfo[] _parameters;

    public GrainClass(Type type)
    {
        Class = type;
        Type = GrainType.Create(NameOf(type));
        Interfaces = [.. type.GetInterfaces().Where(face => typeof(IAddressable).IsAssignableFrom(face) && !Markers.Contains(face))];
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        IsKeptAlive = type.IsDefined(typeof(KeepAliveAttribute));
        _constructor = type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)
            ?? throw new InvalidOperationException($"Grain class {type.FullName} has no public constructor.");
        _parameters = _constructor.GetParameters();
    }

    public Type Class { get; }
    public GrainType Type { get; }
    public IReadOnlyList<Type> Interfaces { get; }
    public bool IsReentrant { get; }
    public bool IsKeptAlive { get; }

    public IEnumerable<string> StateNames => _parameters.Select(parameter => parameter.GetCustomAttribute<PersistentStateAttribute>())
        .OfType<PersistentStateAttribute>().Select(attribute => attribute.StateName);

    /// <summary>A new instance; <paramref name="states"/> receives the persistent states it was given.</summary>
    public object Construct(Activation activation, List<PersistentState> states)
    {
        var arguments = new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var parameter = _parameters[i];
            if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } attribute)
            {
                var state = PersistentState.Create(parameter, attribute.StateName, activation);
                states.Add(state);
                arguments[i] = state;
            }
            else
            {
                arguments[i] = activation.ActivationServices.GetService(parameter.ParameterType) ?? (parameter.HasDefaultValue
                    ? parameter.DefaultValue
                    : activation.ActivationServices.GetRequiredService(parameter.ParameterType));
            }
        }
        return _constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    private static string NameOf(Type type)
    {
        var name = type.Name;
        if (name.EndsWith("Grain", StringComparison.Ordinal) && name.Length > "Grain".Length)
            name = name[..^"Grain".Length];
        return name.ToLowerInvariant();
    }
}
