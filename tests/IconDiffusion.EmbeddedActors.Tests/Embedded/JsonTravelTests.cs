using System.Text.Json.Serialization;
using Orleans;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors.Tests;

public sealed class JsonTravelTests : IAsyncLifetime
{
    private EmbeddedHost? _host;

    private IEchoGrain Echo => _host!.Grains.GetGrain<IEchoGrain>("one");

    public async Task InitializeAsync() => _host = await EmbeddedHost.StartAsync(configure: options =>
        options.TravelsAsJson = type => typeof(Plan).IsAssignableFrom(type) || type == typeof(Letter));

    public Task DisposeAsync() => _host!.DisposeAsync().AsTask();

    [Fact]
    public async Task ChosenTypes_TravelAsWhatTheyAre()
    {
        Plan plan = new Plan.Walk { Title = "round the lake", Hours = 2 };
        var copy = await Echo.EchoOf(plan);
        Assert.Equal(plan, copy);
        Assert.NotSame(plan, copy);
    }

    [Fact]
    public async Task ChosenTypes_TravelInsideOfOthers()
    {
        var walk = new Plan.Walk { Title = "w", Hours = 1 };
        Assert.Equal([walk], await Echo.EchoOf(new List<Plan> { walk }));
        var envelope = await Echo.EchoOf(new Envelope { Plan = walk });
        Assert.Equal(walk, envelope.Plan);
        Assert.NotSame(walk, envelope.Plan);
    }

    [Fact]
    public async Task OneObjectTwice_IsOneObjectOnTheOtherSide()
    {
        var plan = new Plan.Walk { Title = "w", Hours = 1 };
        Assert.True(await Echo.AreOne(plan, plan));
    }

    [Fact]
    public async Task WhatJsonLeavesOut_IsLeftBehind() =>
        Assert.Null((await Echo.EchoOf(new Plan.Walk { Title = "w", Hours = 1, Diary = "wet" })).Diary);

    // A marked type is copied by its marks, as in Orleans.
    [Fact]
    public async Task MarkedTypes_DoNotTravelAsJson() => Assert.Null((await Echo.EchoOf(new Letter { Lost = "x" })).Lost);

    [Fact]
    public async Task WhatIsNotChosen_IsStillRefused() =>
        await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Echo(new Unmarked("x")));
}

[GenerateSerializer]
public sealed record Envelope
{
    [Id(0)]
    public Plan? Plan { get; init; }
}

[GenerateSerializer]
public sealed record Letter
{
    [field: NonSerialized]
    public string? Lost { get; init; }
}

public abstract record Plan
{
    public required string Title { get; init; }

    public sealed record Walk : Plan
    {
        public required int Hours { get; init; }

        [JsonIgnore]
        public string? Diary { get; init; }
    }
}
