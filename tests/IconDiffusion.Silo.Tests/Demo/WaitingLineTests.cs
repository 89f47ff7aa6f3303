using IconDiffusion.Silo.Demo;

namespace IconDiffusion.Silo.Tests.Demo;

public sealed class WaitingLineTests
{
    private readonly WaitingLine _line = new(mostOfAnAddress: 4, mostInAll: 9);

    private static async Task<News> HeardAsync(Place place)
    {
        await foreach (var news in place.NewsAsync(CancellationToken.None))
            return news;
        throw new InvalidOperationException("Nothing was told.");
    }

    private Place[] Enter(string addresses) => [.. addresses.Select(address => _line.Enter($"{address}", [])!)];

    [Theory]
    [InlineData("aaaabc", "abcaaa")]
    [InlineData("abab", "abab")]
    [InlineData("aabbbc", "abcabb")]
    public async Task Turns_GoRoundByAddress_AndEachHearsHowManyAreBefore(string came, string expected)
    {
        var places = Enter(came);
        var before = await Task.WhenAll(places.Select(async place => (await HeardAsync(place)).Before));

        var order = new List<Place>();
        for (var i = 0; i < came.Length; i++)
        {
            order.Add(await _line.NextAsync(CancellationToken.None));
            _line.Done(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(expected, string.Concat(order.Select(place => place.Address)));
        Assert.Equal(places.Select(place => (int?)order.IndexOf(place)), before);
    }

    [Fact]
    public void AnAddressHasSoManyPlaces_AndAllTogetherHave()
    {
        Enter("aaaa");
        Assert.Null(_line.Enter("a", []));
        Enter("bbbbc");
        Assert.Null(_line.Enter("d", []));
    }

    [Fact]
    public async Task WhoLeaves_IsSkipped_AndFreesThePlace()
    {
        var places = Enter("aaaab");
        places[0].Dispose();

        Assert.True(places[0].Left.IsCancellationRequested);
        Assert.NotNull(_line.Enter("a", []));
        Assert.Equal([places[1], places[4]], [await _line.NextAsync(CancellationToken.None), await _line.NextAsync(CancellationToken.None)]);
    }

    [Fact]
    public async Task OnceClosed_AllHearItLast_AlsoWhoeverIsDrawnForAndWhoeverComesLater()
    {
        var places = Enter("abc");
        Assert.Same(places[0], await _line.NextAsync(CancellationToken.None));

        _line.Close(new("closed"));
        places[0].Tell(new("drawing"));
        places[0].End(new("icon"));

        Assert.All(await Task.WhenAll(places.Append(_line.Enter("d", [])!).Select(HeardAsync)), news => Assert.Equal("closed", news.Kind));
    }
}
