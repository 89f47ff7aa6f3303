using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>Orleans answers such a call with a timeout only; here the caller is told at once.</summary>
public sealed class HostileExceptionTests
{
    [Fact]
    public async Task ExceptionThatCannotEvenBeRead_StillAnswers()
    {
        await using var host = await EmbeddedHost.StartAsync();
        await Assert.ThrowsAsync<CodecNotFoundException>(() => host.Grains.GetGrain<IEchoGrain>("one").Throw("hostile").WaitAsync(TimeSpan.FromSeconds(60)));
    }
}
