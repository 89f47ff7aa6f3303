using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>What there is to know about one method of a grain interface, found once.</summary>
internal abstract class MethodPlan
{
    private readonly Type[] _parameterTypes;
    private readonly MethodInvoker _invoker;

    protected MethodPlan(ActorRuntime runtime, MethodInfo method)
    {
        Runtime = runtime;
        Name = $"{method.DeclaringType!.Name}.{method.Name}";
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        Interleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsOneWay = method.IsDefined(typeof(OneWayAttribute));
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout ?? runtime.Options.ResponseTimeout;
        _parameterTypes = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        TokenIndex = Array.IndexOf(_parameterTypes, typeof(CancellationToken));
        _invoker = MethodInvoker.Create(method);
    }

    public ActorRuntime Runtime { get; }
    public string Name { get; }
    public bool IsReadOnly { get; }
    public bool Interleaves { get; }
    public bool IsOneWay { get; }
    public TimeSpan Timeout { get; }

    /// <summary>Which argument is the cancellation token; −1 for none.</summary>
    public int TokenIndex { get; }

    /// <summary>Sends a call; returns what the method returns.</summary>
    public abstract object Send(GrainId target, object?[] arguments);

    /// <summary>Calls the method on the grain itself.</summary>
    public object Invoke(Activation activation, object?[] arguments, CancellationToken token)
    {
        if (TokenIndex >= 0)
            arguments[TokenIndex] = token;
        return _invoker.Invoke(activation.GrainInstance, arguments)!;
    }

    protected CancellationToken TokenOf(object?[] arguments) =>
        TokenIndex < 0 ? CancellationToken.None : (CancellationToken)arguments[TokenIndex]!;

    /// <exception cref="Orleans.Serialization.CodecNotFoundException">An argument cannot travel.</exception>
    protected object?[] CopyArguments(object?[] arguments)
    {
        if (arguments.Length == 0)
            return arguments;
        var session = new CopySession(Runtime.JsonTypes);
        var copies = new object?[arguments.Length];
        for (var i = 0; i < copies.Length; i++)
            copies[i] = i == TokenIndex ? null : session.Copy(arguments[i], _parameterTypes[i]);
        return copies;
    }
}
