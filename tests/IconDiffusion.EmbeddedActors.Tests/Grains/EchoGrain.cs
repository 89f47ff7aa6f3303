using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<object?> Echo(object? value);
    Task<T> EchoOf<T>(T value);
    ValueTask<int> Sum(List<int> numbers);
    ValueTask Nothing();
    Task Keep(List<int> numbers);
    Task<List<int>> Kept();
    Task<bool> AreOne(object first, object second);
    Task<int> SecretOf(Parcel parcel);
    Task<string> Key();
    Task<IEchoGrain> Me();
    Task<string> NameOf(IEchoGrain other);
    Task<IEchoGrain> Meet(IEchoGrain other);
    Task<string> Introduce(IEchoGrain to);
    Task<object?> Context(string key);
    Task<object?> ContextThrough(string key, IEchoGrain other);
    Task SetContext(string key, object value);
    Task Throw(string kind);
    [OneWay] Task Tell(string what);
    [OneWay] Task TellAndThrow();
}

public sealed class EchoGrain(Signals signals) : Grain, IEchoGrain
{
    private List<int> _kept = [];

    public Task<object?> Echo(object? value) => Task.FromResult(value);

    public Task<T> EchoOf<T>(T value) => Task.FromResult(value);

    public ValueTask<int> Sum(List<int> numbers) => new(numbers.Sum());

    public ValueTask Nothing() => default;

    public Task Keep(List<int> numbers)
    {
        _kept = numbers;
        return Task.CompletedTask;
    }

    public Task<List<int>> Kept() => Task.FromResult(_kept);

    public Task<bool> AreOne(object first, object second) => Task.FromResult(ReferenceEquals(first, second));

    public Task<int> SecretOf(Parcel parcel) => Task.FromResult(parcel.Secret());

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<IEchoGrain> Me() => Task.FromResult<IEchoGrain>(this);

    public Task<string> NameOf(IEchoGrain other) => other.Key();

    public Task<IEchoGrain> Meet(IEchoGrain other) => Task.FromResult(other);

    // Passes itself; the other asks this grain's identity only, which needs no call.
    public Task<string> Introduce(IEchoGrain to) => to.Meet(this).ContinueWith(
        answer => answer.Result.GetGrainId().ToString(), TaskScheduler.Current);

    public Task<object?> Context(string key) => Task.FromResult(RequestContext.Get(key));

    public Task<object?> ContextThrough(string key, IEchoGrain other) => other.Context(key);

    public Task SetContext(string key, object value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public Task Throw(string kind) => throw kind switch
    {
        "marked" => new MarkedException("marked failed", 42),
        "unmarked" => new UnmarkedException("secret details"),
        "argument" => new ArgumentException("bad", nameof(kind)),
        "file" => new FileNotFoundException("gone", "some.png"),
        "nested" => new InvalidOperationException("outer", new MarkedException("inner", 7)),
        "nestedUnmarked" => new InvalidOperationException("outer", new UnmarkedException("inner")),
        "aggregate" => new AggregateException(new InvalidOperationException("a"), new TimeoutException("b")),
        "hostile" => new HostileException(),
        "cancelled" => new OperationCanceledException("stopped"),
        _ => new NotSupportedException(kind),
    };

    public async Task Tell(string what)
    {
        await signals.WaitAsync("go on");
        signals.Note(what);
    }

    public Task TellAndThrow()
    {
        signals.Note("told");
        throw new InvalidOperationException("nobody hears this");
    }
}
