using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>Lets a grain and its scoped services ask for the <see cref="IGrainContext"/> they live in.</summary>
internal sealed class ActivationScope
{
    public IGrainContext? Context { get; set; }
}
