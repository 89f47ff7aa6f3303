namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>The runtime under test: Orleans.</summary>
internal static class ActorHost
{
    /// <param name="shuffled">Two silos instead of one, so that the calls of one grain come over different ways.</param>
    public static async Task<IActorHost> StartAsync(bool shuffled) => await OrleansHost.StartAsync(silos: (short)(shuffled ? 2 : 1));
}
