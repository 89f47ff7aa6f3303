using Orleans.Runtime;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class StreamTests(bool shuffled) : ConformanceTest(shuffled)
{
    private IStreamGrain Stream => Grain<IStreamGrain>();

    [Fact]
    public async Task AStream_BringsEveryItemInOrder()
    {
        var items = new List<int>();
        await foreach (var item in Stream.Count(1000))
            items.Add(item);
        Assert.Equal(Enumerable.Range(0, 1000), items);
    }

    [Fact]
    public async Task AnEmptyStream_Ends()
    {
        await foreach (var _ in Stream.Count(0))
            Assert.Fail("There is no item.");
    }

    [Fact]
    public async Task AStream_BeginsWhenItIsRead()
    {
        var stream = Stream.Count(3);
        await Stream.Publish("the grain is awake");
        Assert.Empty(Signals.Diary);
        await foreach (var _ in stream)
            break;
        Assert.Contains("counting", Signals.Diary);
    }

    [Fact]
    public async Task ReadyItems_ComeAHundredAtATime()
    {
        await using var reader = Stream.Count(1000).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(100, Signals.Diary.Count(entry => entry == "step"));
    }

    [Fact]
    public async Task ItemsAndArguments_AreCopies()
    {
        var note = new Note("n", [1]);
        var copies = new List<Note>();
        await foreach (var item in Stream.Notes(note))
            copies.Add(item);
        Assert.Equal([1], note.Numbers);
        Assert.Equal([1], copies[0].Numbers);
        Assert.Equal([1, 99], copies[1].Numbers);
    }

    [Fact]
    public async Task OtherCalls_PassWhileAStreamWaits()
    {
        await using var reader = Stream.Follow().GetAsyncEnumerator();
        var first = reader.MoveNextAsync().AsTask();
        await Signals.WaitAsync("following");
        await Soon(Stream.Publish("hello"));
        Assert.True(await Soon(first));
        Assert.Equal("hello", reader.Current);
    }

    [SkippableFact]
    public async Task AQuietStream_OutlastsTheResponseTimeout()
    {
        Skip.IfNot(Host.AgesByItsClock, "Idle time runs by the machine's stopwatch there.");
        await using var reader = Stream.Follow().GetAsyncEnumerator();
        var first = reader.MoveNextAsync().AsTask();
        await Signals.WaitAsync("following");

        // 50 s in small steps: between the grain's sign of life after 15 s and the timeout after 30 s lie 60 of them, in which
        // the reader must have asked again.
        for (var step = 0; step < 200; step++)
        {
            Host.Advance(TimeSpan.FromSeconds(0.25));
            await Task.WhenAny(first, Task.Delay(1));
            await Soon(Grain<IEchoGrain>().Nothing().AsTask());
        }
        Assert.False(first.IsFaulted, first.Exception?.ToString());
        await Soon(Stream.Publish("late"));
        Assert.True(await Soon(first));
    }

    [Fact]
    public async Task Leaving_EndsTheStreamInTheGrain()
    {
        await Stream.Publish("a");
        await foreach (var _ in Stream.Follow())
            break;
        await Signals.WaitAsync("follower cancelled");
    }

    [Fact]
    public async Task Cancelling_StopsTheStepThatWaits()
    {
        using var source = new CancellationTokenSource();
        await using (var reader = Stream.Follow().GetAsyncEnumerator(source.Token))
        {
            var first = reader.MoveNextAsync().AsTask();
            await Signals.WaitAsync("following");
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(first));
        }
        await Signals.WaitAsync("follower cancelled");
    }

    [Fact]
    public async Task CancellingTheArgument_StopsTheStreamToo()
    {
        using var source = new CancellationTokenSource();
        await using var reader = Stream.Follow(source.Token).GetAsyncEnumerator();
        var first = reader.MoveNextAsync().AsTask();
        await Signals.WaitAsync("following");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(first));
    }

    [Fact]
    public async Task AnException_ComesAfterTheItemsBeforeIt()
    {
        var items = new List<int>();
        var failure = await Assert.ThrowsAsync<MarkedException>(async () =>
        {
            await foreach (var item in Stream.FailAt(3))
                items.Add(item);
        });
        Assert.Equal(3, failure.Code);
        Assert.Equal([0, 1, 2], items);
    }

    [Fact]
    public async Task ItemsThatCannotTravel_AreRefused() => await Assert.ThrowsAsync<CodecNotFoundException>(async () =>
    {
        await foreach (var _ in Stream.Untravelled())
            Assert.Fail("It cannot travel.");
    });

    [Fact]
    public async Task DeactivationOfTheGrain_AbortsTheStream()
    {
        await Stream.Publish("a");
        await using var reader = Stream.Follow().GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        await Stream.End();
        await Signals.WaitAsync("follower cancelled");
        await Assert.ThrowsAsync<EnumerationAbortedException>(() => Soon(reader.MoveNextAsync().AsTask()));
    }

    [Fact]
    public async Task AnAbandonedStream_IsForgotten()
    {
        await Stream.Publish("a");
        var reader = Stream.Follow().GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        await AdvanceUntilAsync(Signals.WaitAsync("follower cancelled"), TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<EnumerationAbortedException>(() => Soon(reader.MoveNextAsync().AsTask()));
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task TwoReaders_AreTwoStreams()
    {
        var stream = Stream.Count(150);
        await using var first = stream.GetAsyncEnumerator();
        await using var second = stream.GetAsyncEnumerator();
        for (var i = 0; i < 150; i++)
        {
            Assert.True(await first.MoveNextAsync());
            Assert.True(await second.MoveNextAsync());
            Assert.Equal((i, i), (first.Current, second.Current));
        }
        Assert.False(await first.MoveNextAsync());
    }
}

public sealed class StreamsInOrder() : StreamTests(shuffled: false);

public sealed class StreamsShuffled() : StreamTests(shuffled: true);
