using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors.Tests;

public abstract class CallTests(bool shuffled) : ConformanceTest(shuffled)
{
    private IEchoGrain Echo => Grain<IEchoGrain>();

    [Fact]
    public async Task EveryKindOfTask_BringsItsAnswer()
    {
        Assert.Equal("x", await Echo.Echo("x"));
        Assert.Equal(6, await Echo.Sum([1, 2, 3]));
        Assert.Equal(7, await Echo.EchoOf(7));
        await Echo.Nothing();
    }

    [Fact]
    public async Task TwoKeys_AreTwoGrains()
    {
        await Grain<IEchoGrain>("a").Keep([1]);
        await Grain<IEchoGrain>("b").Keep([2]);
        Assert.Equal([1], await Grain<IEchoGrain>("a").Kept());
        Assert.Equal([2], await Grain<IEchoGrain>("b").Kept());
    }

    [Fact]
    public void ReferencesOfOneGrain_AreEqual()
    {
        Assert.Equal(Grain<IEchoGrain>("a"), Grain<IEchoGrain>("a"));
        Assert.NotEqual(Grain<IEchoGrain>("a"), Grain<IEchoGrain>("b"));
        Assert.Equal(Grain<IEchoGrain>("a").GetHashCode(), Grain<IEchoGrain>("a").GetHashCode());
    }

    [Fact]
    public async Task TypeOfAGrain_IsItsClassNameLessGrainInLowerCase()
    {
        Assert.Equal("life/one", Grain<ILifeGrain>().GetGrainId().ToString());
        Assert.Equal("life/one", await Grain<ILifeGrain>().Identity());
        Assert.Equal("one", await Echo.Key());
    }

    [Fact]
    public async Task GrainId_FindsItsGrainThroughAnyInterface()
    {
        var id = GrainId.Parse("reentrant/some/key");
        Assert.Equal(GrainId.Create("reentrant", "some/key"), id);
        Assert.Equal(GrainId.Create(GrainType.Create("reentrant"), IdSpan.Create("some/key")), id);
        await Host.Grains.GetGrain<ITurnGrain>(id).Increment();
        Assert.Equal(1, await Grain<IReentrantGrain>("some/key").Count());
        Assert.Equal(1, await Grain<IReentrantGrain>("some/key").AsReference<ITurnGrain>().Count());
    }

    [Fact]
    public async Task ClassNamePrefix_ChoosesAmongClasses()
    {
        var failure = Assert.Throws<ArgumentException>(() => Grain<IAnimalGrain>());
        Assert.Contains("IAnimalGrain", failure.Message, StringComparison.Ordinal);
        Assert.Equal("woof", await Host.Grains.GetGrain<IAnimalGrain>("one", typeof(DogGrain).FullName).Sound());
        Assert.Equal("meow", await Host.Grains.GetGrain<IAnimalGrain>("one", typeof(CatGrain).FullName![..^5]).Sound());
    }

    [Fact]
    public void AmongClassesOfOneInterface_TheOneOfItsNameIsMeant()
    {
        Assert.Equal("turn/one", Grain<ITurnGrain>().GetGrainId().ToString());
        Assert.Equal("reentrant/one", Grain<IReentrantGrain>().GetGrainId().ToString());
    }

    [Fact]
    public void InterfaceWithoutClass_IsRefusedByName() =>
        Assert.Contains("IOrphanGrain", Assert.Throws<ArgumentException>(() => Grain<IOrphanGrain>()).Message, StringComparison.Ordinal);

    [Fact]
    public void BlankKey_IsRefused() => Assert.ThrowsAny<ArgumentException>(() => Grain<IEchoGrain>(" "));

    [Fact]
    public async Task GrainOfAnUnknownType_FailsItsCalls() => await Assert.ThrowsAsync<OrleansException>(
        () => AdvanceUntilAsync(Host.Grains.GetGrain<IEchoGrain>(GrainId.Create("nothing", "x")).Key(), TimeSpan.FromSeconds(1)));

    [Fact]
    public async Task AGrain_PassesItselfAsAReference()
    {
        var me = await Echo.Me();
        Assert.Equal(Echo, me);
        Assert.Equal("one", await Grain<IEchoGrain>("two").NameOf(me));
        Assert.Equal("echo/one", await Echo.Introduce(Grain<IEchoGrain>("two")));
    }

    [Fact]
    public async Task OneWayCall_ReturnsBeforeTheGrainIsDone()
    {
        await Soon(Echo.Tell("done"));
        Assert.DoesNotContain("done", Signals.Diary);
        Signals.Fire("go on");
        await Signals.WaitAsync("done");
    }

    [Fact]
    public async Task OneWayCall_HidesExceptions()
    {
        await Echo.TellAndThrow();
        await Signals.WaitAsync("told");
        Assert.Null(await Echo.Echo(null));
    }

    [Fact]
    public async Task RequestContext_TravelsWithCallsAndNeverBack()
    {
        RequestContext.Set("user", "ada");
        Assert.Equal("ada", await Echo.Context("user"));
        Assert.Equal("ada", await Echo.ContextThrough("user", Grain<IEchoGrain>("two")));
        await Echo.SetContext("user", "eve");
        Assert.Equal("ada", RequestContext.Get("user"));
        Assert.True(RequestContext.Remove("user"));
        Assert.False(RequestContext.Remove("user"));
        Assert.Null(await Echo.Context("user"));
        RequestContext.Set("a", 1);
        RequestContext.Clear();
        Assert.Null(RequestContext.Get("a"));
    }

    [Fact]
    public async Task RequestContext_IsCopiedToo()
    {
        RequestContext.Set("note", new Note("x", [1]));
        var seen = Assert.IsType<Note>(await Echo.Context("note"));
        Assert.NotSame(RequestContext.Get("note"), seen);
        RequestContext.Set("note", new Unmarked("x"));
        await Assert.ThrowsAsync<CodecNotFoundException>(() => Echo.Context("note"));
        RequestContext.Clear();
    }

    [Fact]
    public async Task AmbientValuesOfTheCaller_DoNotReachTheGrain()
    {
        AsyncLocalProbe.Value.Value = "caller";
        Assert.Null(await Grain<IProbeGrain>().Ambient());
    }
}

public sealed class CallsInOrder() : CallTests(shuffled: false);

public sealed class CallsShuffled() : CallTests(shuffled: true);
