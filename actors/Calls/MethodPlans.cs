using System.Collections.Concurrent;
using System.Reflection;

namespace IconDiffusion.EmbeddedActors;

/// <summary>The plans of all methods called so far.</summary>
internal sealed class MethodPlans(ActorRuntime runtime)
{
    private readonly ConcurrentDictionary<MethodInfo, MethodPlan> _plans = new();

    public MethodPlan For(MethodInfo method) => _plans.TryGetValue(method, out var plan) ? plan : _plans.GetOrAdd(method, Create);

    /// <exception cref="InvalidOperationException">A method of this grain interface could not be called.</exception>
    public static void Check(Type grainInterface)
    {
        foreach (var method in grainInterface.GetMethods().Where(method => !method.IsStatic))
        {
            var name = $"{grainInterface.FullName}.{method.Name}";
            if (PlanType(method) is null)
            {
                throw new InvalidOperationException($"{name} returns {method.ReturnType}; "
                    + "wanted Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>.");
            }
            var parameters = method.GetParameters();
            if (parameters.Any(parameter => parameter.ParameterType.IsByRef))
                throw new InvalidOperationException($"{name} has a parameter by reference, which cannot travel.");
            if (parameters.Count(parameter => parameter.ParameterType == typeof(CancellationToken)) > 1)
                throw new InvalidOperationException($"{name} has more than one CancellationToken; wanted at most one, the last.");
        }
    }

    private MethodPlan Create(MethodInfo method) => (MethodPlan)Activator.CreateInstance(PlanType(method)!, runtime, method)!;

    private static Type? PlanType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
            return typeof(CallPlan<Nothing>);
        if (!type.IsGenericType)
            return null;
        var (shape, result) = (type.GetGenericTypeDefinition(), type.GetGenericArguments()[0]);
        return shape == typeof(Task<>) || shape == typeof(ValueTask<>) ? typeof(CallPlan<>).MakeGenericType(result)
            : shape == typeof(IAsyncEnumerable<>) ? typeof(StreamPlan<>).MakeGenericType(result)
            : null;
    }
}
