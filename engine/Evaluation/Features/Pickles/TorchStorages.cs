namespace IconDiffusion.Evaluation.Features.Pickles;

/// <summary>A flat array that tensors of a file share; its bytes may come later in the file than its description.</summary>
internal sealed class TorchStorage(string key, StorageType type, long count)
{
    public string Key => key;

    public StorageType Type => type;

    public long Count => count;

    public long Bytes => count * PickledTensor.SizeOf(type);

    public ReadOnlyMemory<byte> Data { get; set; }
}

/// <summary>The storages that a pickle describes, by key.</summary>
internal sealed class TorchStorages
{
    private readonly Dictionary<string, TorchStorage> _byKey = [];

    public IEnumerable<TorchStorage> All => _byKey.Values;

    public TorchStorage Get(string key) =>
        _byKey.GetValueOrDefault(key) ?? throw new InvalidDataException($"Storage '{key}' belongs to no tensor.");

    /// <summary>
    /// Persistent id <c>('storage', class, key, device, element count[, view])</c>; a view, out of use since 2017, is
    /// not read.
    /// </summary>
    public object Load(object? id)
    {
        if (id is not object?[] { Length: 5 or 6 } parts
            || parts is not ["storage", StorageType type, string key, string, long count and >= 0 and <= TorchFile.MaxBytes, ..]
            || parts is [_, _, _, _, _, not null])
            throw new InvalidDataException("A persistent id is not that of a plain storage.");
        if (!_byKey.TryGetValue(key, out var storage))
            _byKey.Add(key, storage = new(key, type, count));
        else if (storage.Type != type || storage.Count != count)
            throw new InvalidDataException($"Storage '{key}' is described twice, differently.");
        return storage;
    }
}
