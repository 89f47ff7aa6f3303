using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>Stands for a grain: sends every call of its interface. Two references to one grain are equal.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it at run time.
internal class GrainReference : DispatchProxy, IAddressable
{
    private ActorRuntime _runtime = null!;

    public GrainId GrainId { get; private set; }

    public static object Create(ActorRuntime runtime, GrainId id, Type grainInterface)
    {
        var proxy = Create(grainInterface, typeof(GrainReference));
        var reference = (GrainReference)proxy;
        reference._runtime = runtime;
        reference.GrainId = id;
        return proxy;
    }

    /// <summary>A grain or reference, as a reference of this interface; a grain's first interface for any other type.</summary>
    public static object Of(IAddressable grain, Type type)
    {
        if (grain is GrainReference reference)
        {
            return type.IsInstanceOfType(grain) ? grain : Create(reference._runtime, reference.GrainId, type);
        }
        var activation = grain is IGrainBase instance
            ? Activation.Of(instance)
            : throw new ArgumentException($"{grain.GetType().FullName} is neither a grain reference nor a grain.", nameof(grain));
        var face = type.IsInterface && type != typeof(IAddressable) ? type : activation.FirstInterface;
        return Create(activation.Runtime, activation.GrainId, face);
    }

    public override bool Equals(object? obj) => obj is GrainReference other && other.GrainId == GrainId;

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => GrainId.ToString();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _runtime.Plans.For(targetMethod!).Send(GrainId, args ?? []);
}
