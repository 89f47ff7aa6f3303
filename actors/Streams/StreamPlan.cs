using System.Reflection;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>A method that returns a stream. Nothing is sent before the stream is read.</summary>
internal sealed class StreamPlan<T>(ActorRuntime runtime, MethodInfo method) : MethodPlan(runtime, method)
{
    public override object Send(GrainId target, object?[] arguments) =>
        new RemoteStream<T>(this, target, CopyArguments(arguments), TokenOf(arguments));
}
