using System.Collections.Immutable;
using System.Collections.ObjectModel;
using Orleans.Runtime;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class CopyingTests(bool shuffled) : ConformanceTest(shuffled)
{
    private IEchoGrain Echo => Grain<IEchoGrain>();

    [Fact]
    public async Task WhatTheCallerChangesAfterTheCall_TheGrainDoesNotSee()
    {
        List<int> numbers = [1, 2];
        await Echo.Keep(numbers);
        numbers.Add(3);
        Assert.Equal([1, 2], await Echo.Kept());
    }

    [Fact]
    public async Task WhatTheCallerChangesInAnAnswer_TheGrainDoesNotSee()
    {
        await Echo.Keep([1]);
        (await Echo.Kept()).Add(2);
        Assert.Equal([1], await Echo.Kept());
    }

    [Fact]
    public async Task Records_TravelAsTheirParameters()
    {
        var note = new Note("a", [1, 2]);
        var copy = await Echo.EchoOf(note);
        Assert.NotSame(note, copy);
        Assert.Equal("a", copy.Text);
        Assert.Equal([1, 2], copy.Numbers);
        Assert.Equal(new Point(3, 4), await Echo.EchoOf(new Point(3, 4)));
        Assert.Equal([5], (await Echo.EchoOf(new Page<int>(new List<int> { 5 }))).Items);
    }

    [Fact]
    public async Task DerivedRecords_TravelAsWhatTheyAre()
    {
        var copy = await Echo.EchoOf<Shape>(new Shape.Group("all", [new Shape.Circle("c", 2)]));
        var group = Assert.IsType<Shape.Group>(copy);
        Assert.Equal("all", group.Name);
        Assert.Equal(new Shape.Circle("c", 2), group.Parts.Single());
    }

    [Fact]
    public async Task OnlyMarkedMembers_Survive()
    {
        var parcel = new Parcel { Kept = "kept", Left = "left", Notes = new() { ["n"] = new("t", []) } }.WithSecret(5);
        var copy = await Echo.EchoOf(parcel);
        Assert.Equal("kept", copy.Kept);
        Assert.Null(copy.Left);
        Assert.Equal(5, copy.Secret());
        Assert.Equal("t", copy.Notes!["n"].Text);
        Assert.Equal(5, await Echo.SecretOf(parcel));
    }

    [Fact]
    public async Task OneObjectTwice_IsOneObjectOnTheOtherSide()
    {
        var note = new Note("x", []);
        Assert.True(await Echo.AreOne(note, note));
        Assert.False(await Echo.AreOne(note, new Note("x", [])));
        var circle = new Parcel { Kept = "ring" };
        circle.Next = circle;
        var copy = await Echo.EchoOf(circle);
        Assert.Same(copy, copy.Next);
        Assert.NotSame(circle, copy);
    }

    [Fact]
    public async Task References_TravelInsideOfValues()
    {
        var copy = await Echo.EchoOf(new Parcel { Sender = Grain<IEchoGrain>("two") });
        Assert.Equal("two", await copy.Sender!.Key());
    }

    [Fact]
    public async Task Collections_TravelWithTheirItems()
    {
        await Same(new[] { 1, 2 });
        await Same(new[] { new Point(1, 2) });
        await Same(new List<string> { "a" });
        await Same(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" });
        await Same(new SortedSet<int> { 2, 1 });
        await Same(new Queue<int>([1, 2]));
        await Same(new Stack<int>([1, 2]));
        await Same(new Collection<int> { 1 });
        await Same(new ReadOnlyCollection<int>([1]));
        await Same(new Dictionary<string, Point> { ["a"] = new(1, 2) });
        await Same(new SortedDictionary<int, string> { [1] = "a" });
        await Same(ImmutableArray.Create(1, 2));
        await Same(ImmutableList.Create("a"));
        await Same(ImmutableHashSet.Create(1));
        await Same(ImmutableDictionary<string, int>.Empty.Add("a", 1));
        await Same(ImmutableSortedDictionary<string, int>.Empty.Add("a", 1));
        var ignoringCase = await Echo.EchoOf(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 });
        Assert.Equal(1, ignoringCase["A"]);

        async Task Same<T>(T items) where T : System.Collections.IEnumerable =>
            Assert.Equal(items.Cast<object>(), (await Echo.EchoOf(items)).Cast<object>());
    }

    [Fact]
    public async Task SimpleValues_TravelAsTheyAre()
    {
        foreach (var value in new object[]
        {
            1, 2L, 3.5, 'c', "s", true, 4.5m, Guid.NewGuid(), DateTime.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1),
            new DateOnly(2024, 1, 1), Colour.Green, new Uri("https://example.org"), new Version(1, 2), (1, "a"),
            KeyValuePair.Create("k", 2), Tuple.Create(1, 2), GrainId.Create("a", "b"),
        })
        {
            Assert.Equal(value, await Echo.Echo(value));
        }
        Assert.Null(await Echo.EchoOf<int?>(null));
        Assert.Equal(5, await Echo.EchoOf<int?>(5));
    }

    [Fact]
    public async Task TypesWithoutGenerateSerializer_AreRefusedByName()
    {
        var failure = await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Echo(new Unmarked("x")));
        Assert.Contains(typeof(Unmarked).FullName!, failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Echo(new List<Unmarked> { new("x") }));
        await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Echo(Task.CompletedTask));
    }

    // A lazy sequence, and what a collection expression makes of IReadOnlyList, are private types of .NET and of the compiler.
    [Fact]
    public async Task SequencesWithoutATypeOfTheirOwn_AreRefused()
    {
        await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Echo(Enumerable.Range(0, 3).Select(i => i + 1)));
        IReadOnlyList<int> expression = [1, 2];
        await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Echo(expression));
    }
}

public sealed class CopyingInOrder() : CopyingTests(shuffled: false);

public sealed class CopyingShuffled() : CopyingTests(shuffled: true);
