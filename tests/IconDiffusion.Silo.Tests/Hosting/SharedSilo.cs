namespace IconDiffusion.Silo.Tests.Hosting;

/// <summary>One silo for tests that leave it as they found it.</summary>
public sealed class SharedSilo : IAsyncLifetime
{
    internal TestSilo Silo { get; private set; } = null!;

    public async Task InitializeAsync() => Silo = await TestSilo.StartAsync();

    public async Task DisposeAsync() => await Silo.DisposeAsync();
}
