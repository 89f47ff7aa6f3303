using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors;

/// <summary>A method that returns a task.</summary>
/// <typeparam name="T">What the task brings; <see cref="Nothing"/> for none.</typeparam>
internal sealed class CallPlan<T>(ActorRuntime runtime, MethodInfo method) : MethodPlan(runtime, method)
{
    private readonly bool _isValueTask = method.ReturnType.IsValueType;

    public override object Send(GrainId target, object?[] arguments)
    {
        var answer = SendAsync(target, arguments);
        if (!_isValueTask)
            return answer;
        return typeof(T) == typeof(Nothing) ? new ValueTask(answer) : new ValueTask<T>(answer);
    }

    private Task<T> SendAsync(GrainId target, object?[] arguments)
    {
        try
        {
            return new MethodCall(this, target, CopyArguments(arguments)).SendAsync(Timeout, TokenOf(arguments));
        }
        catch (CodecNotFoundException failure)
        {
            return Task.FromException<T>(failure);
        }
    }

    private sealed class MethodCall(CallPlan<T> plan, GrainId target, object?[] arguments) : CallRequest<T>(plan.Runtime, target)
    {
        public override bool IsReadOnly => plan.IsReadOnly;
        public override bool Interleaves => plan.Interleaves;
        protected override bool IsOneWay => plan.IsOneWay;
        protected override string Name => plan.Name;

        protected override ValueTask<T> InvokeAsync(Activation activation) =>
            plan.Invoke(activation, arguments, CalleeToken) switch
            {
                Task<T> task => new(task),
                ValueTask<T> task => task,
                Task task => Finish(task),
                ValueTask task => Finish(task.AsTask()),
                _ => throw new InvalidOperationException($"{plan.Name} of grain {Target} returned null; wanted a task."),
            };

        private static async ValueTask<T> Finish(Task task)
        {
            await task;
            return default!;
        }
    }
}

/// <summary>The answer of a method that answers only that it is done.</summary>
internal readonly struct Nothing;
