using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>What would go wrong in a run is refused at start.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task TwoClassesOfOneType_AreRefused() => await RefusedAsync(
        new EmittedAssembly().WithGrain("First.RunGrain").WithGrain("Second.Run"),
        "First.RunGrain and Second.Run are both of type 'run'");

    [Fact]
    public async Task TwoClassesOfOneStateName_AreRefused() => await RefusedAsync(
        new EmittedAssembly().WithGrain("AGrain", "progress").WithGrain("BGrain", "other", "progress"),
        "State name 'progress' is used by AGrain and by BGrain");

    [Fact]
    public async Task OneStateNameTwiceInAClass_IsRefused() => await RefusedAsync(
        new EmittedAssembly().WithGrain("AGrain", "progress", "progress"), "State name 'progress'");

    [Fact]
    public async Task AMemberThatWouldBeLost_IsRefused() => await RefusedAsync(
        new EmittedAssembly().WithMessage("Message", typeof(object), 0, null), "Message._field1 would be lost in a call");

    [Fact]
    public async Task OneIdTwice_IsRefused() => await RefusedAsync(
        new EmittedAssembly().WithMessage("Message", typeof(object), 3, 3), "Message has [Id(3)] twice");

    [Fact]
    public async Task ABaseThatDoesNotTravel_IsRefused() => await RefusedAsync(
        new EmittedAssembly().WithMessage("Message", typeof(Unsealed), 0), "its base IconDiffusion.EmbeddedActors.Tests.Unsealed does not");

    [Fact]
    public async Task AMethodThatReturnsNoTask_IsRefused() => await RefusedAsync(
        new EmittedAssembly().WithInterface("IBad", "Count", typeof(int)), "IBad.Count returns System.Int32");

    [Fact]
    public async Task AParameterByReference_IsRefused() => await RefusedAsync(
        new EmittedAssembly().WithInterface("IBad", "Count", typeof(Task), typeof(int).MakeByRefType()), "IBad.Count has a parameter by reference");

    [Fact]
    public async Task TwoCancellationTokens_AreRefused() => await RefusedAsync(
        new EmittedAssembly().WithInterface("IBad", "Wait", typeof(Task), typeof(CancellationToken), typeof(CancellationToken)),
        "IBad.Wait has more than one CancellationToken");

    [Fact]
    public async Task OptionsWithoutSense_AreRefusedTogether()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => EmbeddedHost.StartAsync(configure: options =>
        {
            options.DatabasePath = " ";
            options.Assemblies.Clear();
            options.ResponseTimeout = TimeSpan.Zero;
        }));
        Assert.Equal(3, failure.Failures.Count());
        Assert.Contains("ResponseTimeout is 00:00:00; wanted more than nothing.", failure.Failures);
    }

    [Fact]
    public async Task TheRuntime_NamesItselfInTheLog()
    {
        await using var host = await EmbeddedHost.StartAsync();
        Assert.Contains(host.Log, line => line.Contains("EmbeddedActors (one process, SQLite)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CallsAfterTheEnd_Fail()
    {
        await using var host = await EmbeddedHost.StartAsync();
        var echo = host.Grains.GetGrain<IEchoGrain>("one");
        await host.StopAsync();
        Assert.Contains("has stopped", (await Assert.ThrowsAsync<OrleansException>(() => echo.Key())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AGrainThatNobodyMade_SaysSo()
    {
        var grain = new EchoGrain(new());
        Assert.Null(grain.GrainContext);
        Assert.Contains("IGrainFactory", Assert.Throws<InvalidOperationException>(() => grain.IdentityString).Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(EmittedAssembly assembly, string message)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => EmbeddedHost.StartAsync(configure: options => options.Assemblies.Add(assembly.Assembly)));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }
}

/// <summary>A base class without [GenerateSerializer].</summary>
public class Unsealed;
