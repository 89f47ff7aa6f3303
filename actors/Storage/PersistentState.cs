using System.Reflection;
using System.Text.Json;
using Orleans.Core;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors;

/// <summary>A grain's persistent state of whatever type.</summary>
internal abstract class PersistentState : IStorage
{
    public abstract string? Etag { get; }
    public abstract bool RecordExists { get; }

    /// <summary>The state for a constructor parameter, not yet read.</summary>
    public static PersistentState Create(ParameterInfo parameter, string name, Activation activation)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new InvalidOperationException($"Parameter '{parameter.Name}' of {parameter.Member.DeclaringType!.FullName} "
                + $"has [PersistentState] but is {type}; wanted IPersistentState<T>.");
        }
        return (PersistentState)Activator.CreateInstance(
            typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments()), name, activation)!;
    }

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);
    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);
    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);
    public abstract Task ClearStateAsync(CancellationToken cancellationToken);
    public abstract Task WriteStateAsync(CancellationToken cancellationToken);
    public abstract Task ReadStateAsync(CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class PersistentState<T>(string name, Activation activation) : PersistentState, IPersistentState<T>
{
    private static readonly Func<object> NewState = SerializableMembers.Creator(typeof(T));
    private readonly SemaphoreSlim _one = new(1);
    private readonly string _grain = activation.GrainId.Key.ToString();
    private long? _version;
    private bool? _exists;

    public T State { get; set; } = (T)NewState();

    public override string? Etag => _version?.ToString();

    public override bool RecordExists =>
        _exists ?? throw new InvalidOperationException($"State '{name}' of grain {activation.GrainId} has not been read yet.");

    private StateTable Table => activation.Runtime.Database.States;

    public override Task ReadStateAsync(CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        var (version, payload) = await Table.ReadAsync(name, _grain);
        State = payload is null ? (T)NewState() : Parse(payload);
        (_version, _exists) = (version, payload is not null);
    }, cancellationToken);

    public override Task WriteStateAsync(CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        var payload = JsonSerializer.Serialize(State, activation.Runtime.Options.StateJson);
        _version = await Table.WriteAsync(name, _grain, _version, payload);
        _exists = true;
    }, cancellationToken);

    public override Task ClearStateAsync(CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        _version = await Table.WriteAsync(name, _grain, _version, payload: null);
        State = (T)NewState();
        _exists = false;
    }, cancellationToken);

    // Writes of one grain that overlap follow each other; otherwise the second would find the version of the first.
    private async Task AloneAsync(Func<Task> operation, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await operation();
        }
        finally
        {
            _one.Release();
        }
    }

    private T Parse(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(payload, activation.Runtime.Options.StateJson)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"State '{name}' of grain {activation.GrainId} in '{activation.Runtime.Database.Path}' "
                + $"cannot be read as {typeof(T).Name}: {failure.Message}", failure);
        }
    }
}
