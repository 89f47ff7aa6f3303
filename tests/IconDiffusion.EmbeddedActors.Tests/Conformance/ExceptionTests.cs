using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class ExceptionTests(bool shuffled) : ConformanceTest(shuffled)
{
    private IEchoGrain Echo => Grain<IEchoGrain>();

    [Fact]
    public async Task MarkedException_ReachesTheCallerWithItsMembers()
    {
        var failure = await Assert.ThrowsAsync<MarkedException>(() => Echo.Throw("marked"));
        Assert.Equal("marked failed", failure.Message);
        Assert.Equal(42, failure.Code);
    }

    [Fact]
    public async Task Trace_ShowsWhereTheGrainThrew() => Assert.Contains(
        "EchoGrain.Throw", (await Assert.ThrowsAsync<MarkedException>(() => Echo.Throw("marked"))).StackTrace, StringComparison.Ordinal);

    [Fact]
    public async Task UnmarkedException_ReachesTheCallerAsCodecNotFoundAndIsLogged()
    {
        var failure = await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Throw("unmarked"));
        Assert.Contains(nameof(UnmarkedException), failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret details", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Host.Log, line => line.Contains("secret details", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ExceptionsOfDotNet_KeepTheirMessageOnly()
    {
        Assert.Equal("bad (Parameter 'kind')", (await Assert.ThrowsAsync<ArgumentException>(() => Echo.Throw("argument"))).Message);
        var file = await Assert.ThrowsAsync<FileNotFoundException>(() => Echo.Throw("file"));
        Assert.Equal("gone", file.Message);
        Assert.Null(file.FileName);
    }

    [Fact]
    public async Task Causes_TravelToo()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Echo.Throw("nested"));
        Assert.Equal(7, Assert.IsType<MarkedException>(failure.InnerException).Code);
        var aggregate = await Assert.ThrowsAsync<AggregateException>(() => Echo.Throw("aggregate"));
        Assert.Collection(aggregate.InnerExceptions, first => Assert.IsType<InvalidOperationException>(first),
            second => Assert.IsType<TimeoutException>(second));
    }

    [Fact]
    public async Task CancellationInTheGrain_IsCancellationAtTheCaller() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Echo.Throw("cancelled"));

    [Fact]
    public async Task AfterAnException_TheGrainGoesOn()
    {
        await Echo.Keep([1]);
        await Assert.ThrowsAsync<NotSupportedException>(() => Echo.Throw("other"));
        Assert.Equal([1], await Echo.Kept());
    }
}

public sealed class ExceptionsInOrder() : ExceptionTests(shuffled: false);

public sealed class ExceptionsShuffled() : ExceptionTests(shuffled: true);
