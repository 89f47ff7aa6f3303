namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>The runtime under test: the embedded one.</summary>
internal static class ActorHost
{
    /// <param name="shuffled">Mixes the order of calls.</param>
    public static async Task<IActorHost> StartAsync(bool shuffled) =>
        await EmbeddedHost.StartAsync(configure: options => options.ShuffleSeed = shuffled ? 3407 : null);
}
