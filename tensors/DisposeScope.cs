using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Owns the tensors made on this thread while it is the innermost scope, and disposes them with itself:
/// <c>using var scope = torch.NewDisposeScope();</c>. Holds tensors only.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? s_current;
    [ThreadStatic] private static Stack<List<Tensor?>>? s_spareLists;

    private List<Tensor?> _tensors;
    private DisposeScope? _outer;
    private int _count;
    private bool _disposed;

    internal DisposeScope()
    {
        _tensors = s_spareLists is { Count: > 0 } spare ? spare.Pop() : [];
        _outer = s_current;
        s_current = this;
    }

    internal static DisposeScope? Current => s_current;

    /// <summary>How many tensors it owns.</summary>
    public int DisposablesCount => _count;

    /// <summary>Takes the tensor over from whatever scope has it.</summary>
    public void Attach(IDisposable disposable)
    {
        var tensor = AsTensor(disposable);
        tensor.OwningDisposeScope?.Remove(tensor);
        Add(tensor);
    }

    public void Attach(params IDisposable[] disposables) => Array.ForEach(disposables, Attach);

    /// <summary>Lets go of the tensor: from now on its holder, or the garbage collector, frees it.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        Remove(AsTensor(disposable));
        return disposable;
    }

    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(_outer, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => Array.ForEach(disposables, d => MoveToOuter(d));

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        var tensor = AsTensor(disposable);
        if (tensor.OwningDisposeScope == this)
        {
            Remove(tensor);
            scope?.Add(tensor);
        }
        return disposable;
    }

    /// <summary>Disposes what it owns and stays open.</summary>
    public void DisposeEverything()
    {
        // A disposed tensor clears its own slot.
        for (int i = 0; i < _tensors.Count; i++)
            _tensors[i]?.Dispose();
        _tensors.Clear();
        _count = 0;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        DisposeEverything();
        Unlink();
        (s_spareLists ??= new()).Push(_tensors);
        _tensors = [];
    }

    internal void Add(Tensor tensor)
    {
        if (_disposed)
            throw new ObjectDisposedException(nameof(DisposeScope), "A tensor was moved into a scope that has been disposed.");
        tensor.OwningDisposeScope = this;
        tensor.ScopeSlot = _tensors.Count;
        _tensors.Add(tensor);
        _count++;
    }

    internal void Remove(Tensor tensor)
    {
        if (tensor.OwningDisposeScope != this)
            return;
        _tensors[tensor.ScopeSlot] = null;
        tensor.OwningDisposeScope = null;
        _count--;
    }

    // Scopes usually end in reverse order; one that ends early leaves the inner ones in place.
    private void Unlink()
    {
        if (s_current == this)
        {
            s_current = _outer;
            return;
        }
        for (var scope = s_current; scope is not null; scope = scope._outer)
            if (scope._outer == this)
            {
                scope._outer = _outer;
                return;
            }
    }

    private static Tensor AsTensor(IDisposable disposable) => disposable as Tensor
        ?? throw new ArgumentException($"A dispose scope holds tensors, not {disposable.GetType().Name}.", nameof(disposable));
}
