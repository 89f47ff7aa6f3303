using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>The elements of a CPU tensor in row-major order, whatever its strides. Keeps the tensor alive, and does not own it.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly Tensor _tensor;

    internal unsafe TensorAccessor(Tensor tensor)
    {
        _tensor = tensor;
        _ = tensor.Data();
    }

    public long Count => _tensor.numel();

    public bool IsReadOnly => false;

    /// <summary>By one index per dimension, or by one row-major index.</summary>
    public unsafe T this[params long[] indices]
    {
        get => *At(indices);
        set => *At(indices) = value;
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array.AsSpan());
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(arrayIndex), tensorIndex: tensorIndex);

    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        using var flat = _tensor.is_contiguous() ? null : _tensor.contiguous();
        var source = flat ?? _tensor;
        new ReadOnlySpan<T>((T*)source.Data() + tensorIndex, checked((int)(Count - tensorIndex))).CopyTo(array[arrayIndex..]);
        GC.KeepAlive(source);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var values = array[arrayIndex..];
        if (values.Length > Count - tensorIndex)
            throw new ArgumentException($"{values.Length} values came for the {Count - tensorIndex} elements left in {_tensor}.");
        if (_tensor.is_contiguous())
            values.CopyTo(new Span<T>((T*)_tensor.Data() + tensorIndex, values.Length));
        else
            for (int i = 0; i < values.Length; i++)
                *At([tensorIndex + i]) = values[i];
        GC.KeepAlive(_tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() { }

    private unsafe T* At(long[] indices)
    {
        long[] shape = _tensor.shape, strides = _tensor.stride();
        long offset = 0;
        if (indices.Length == shape.Length)
        {
            for (int i = 0; i < shape.Length; i++)
                offset += Checked(indices[i], shape[i]) * strides[i];
        }
        else if (indices.Length == 1)
        {
            long rest = Checked(indices[0], Count);
            for (int i = shape.Length - 1; i >= 0; rest /= shape[i--])
                offset += rest % shape[i] * strides[i];
        }
        else
        {
            throw new ArgumentException($"{indices.Length} indices came for {_tensor}.");
        }
        return (T*)_tensor.Data() + offset;
    }

    private static long Checked(long index, long size) => (ulong)index < (ulong)size
        ? index
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"An index below {size} was wanted.");
}
