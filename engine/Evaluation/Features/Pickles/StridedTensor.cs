namespace IconDiffusion.Evaluation.Features.Pickles;

/// <summary>Shape and strides, in elements, over a storage.</summary>
internal sealed record StridedTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary><c>_rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks[, metadata])</c></summary>
    public static object Rebuild(object?[] arguments)
    {
        if (arguments is not [TorchStorage storage, long offset and >= 0, object?[] size, object?[] stride, ..]
            || size.Length != stride.Length || size.Length > 8
            || !Array.TrueForAll(size, item => item is long and >= 0) || !Array.TrueForAll(stride, item => item is long and >= 0))
            throw new InvalidDataException("A tensor's storage, size or strides are malformed.");
        return new StridedTensor(storage, offset, Array.ConvertAll(size, item => (long)item!), Array.ConvertAll(stride, item => (long)item!));
    }

    /// <summary>The tensor in row-major order, without a copy where it is so already.</summary>
    /// <param name="name">For error messages.</param>
    /// <param name="budget">Bytes that may still be copied; lessened by what is.</param>
    /// <exception cref="InvalidDataException">It reaches beyond its storage, or unfolds beyond the budget.</exception>
    public PickledTensor Load(string name, ref long budget)
    {
        var width = PickledTensor.SizeOf(Storage.Type);
        UInt128 count = 1, last = (UInt128)Offset;  // a hostile shape overflows 64 bits, not 128
        for (var axis = 0; axis < Shape.Length; axis++)
        {
            count *= (UInt128)Shape[axis];
            if (count > (UInt128)TorchFile.MaxBytes) throw new InvalidDataException($"Tensor '{name}' has more than {TorchFile.MaxBytes} elements.");
            if (Shape[axis] > 0) last += (UInt128)(Shape[axis] - 1) * (UInt128)Strides[axis];
        }
        if (count == 0) return new(Storage.Type, Shape, ReadOnlyMemory<byte>.Empty);
        if ((last + 1) * (UInt128)width > (UInt128)Storage.Data.Length)
            throw new InvalidDataException($"Tensor '{name}' reaches beyond its storage of {Storage.Data.Length} bytes.");

        var bytes = (long)count * width;
        if (IsContiguous()) return new(Storage.Type, Shape, Storage.Data.Slice((int)Offset * width, (int)bytes));
        if ((budget -= bytes) < 0 || bytes > Array.MaxLength)
            throw new InvalidDataException($"Tensor '{name}' unfolds into far more than the file holds.");
        return new(Storage.Type, Shape, Gather((int)count, width));
    }

    private bool IsContiguous()
    {
        var step = 1L;
        for (var axis = Shape.Length - 1; axis >= 0; step *= Shape[axis--])
            if (Shape[axis] > 1 && Strides[axis] != step) return false;
        return true;
    }

    private byte[] Gather(int count, int width)
    {
        var gathered = new byte[count * width];
        var index = new long[Shape.Length];
        for (var i = 0; i < count; i++)
        {
            var from = Offset;
            for (var axis = 0; axis < index.Length; axis++) from += index[axis] * Strides[axis];
            Storage.Data.Span.Slice((int)from * width, width).CopyTo(gathered.AsSpan(i * width));
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == Shape[axis]; axis--) index[axis] = 0;
        }
        return gathered;
    }
}
