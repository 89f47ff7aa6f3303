namespace TorchSharp;

public static partial class torch
{
    /// <summary>One position of an index: a number, a slice, an ellipsis or a new dimension of size 1.</summary>
    public readonly struct TensorIndex
    {
        private enum Kind { Colon, Single, Slice, Ellipsis, Null }

        private readonly Kind _kind;
        private readonly long? _start, _stop, _step;

        private TensorIndex(Kind kind, long? start = null, long? stop = null, long? step = null) =>
            (_kind, _start, _stop, _step) = (kind, start, stop, step);

        public static TensorIndex Colon => default;
        public static TensorIndex Ellipsis => new(Kind.Ellipsis);
        public static TensorIndex Null => new(Kind.Null);
        public static TensorIndex None => Null;

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new(Kind.Slice, start, stop, step);

        public static TensorIndex Single(long? index) => new(Kind.Single, index);

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(Range range) => Slice(FromEnd(range.Start), FromEnd(range.End));

        internal static Tensor Apply(Tensor tensor, TensorIndex[] indices)
        {
            int used = indices.Count(index => index._kind is Kind.Colon or Kind.Single or Kind.Slice);
            var result = tensor.alias();
            long dim = 0;
            foreach (var index in indices)
            {
                var outer = result;
                switch (index._kind)
                {
                    case Kind.Ellipsis:
                        dim += tensor.ndim - used;
                        continue;
                    case Kind.Single:
                        result = outer.select(dim, index._start!.Value);
                        break;
                    case Kind.Null:
                        result = outer.unsqueeze(dim++);
                        break;
                    case Kind.Slice:
                        result = outer.slice(dim++, index._start ?? 0, index._stop ?? long.MaxValue, index._step ?? 1);
                        break;
                    default:
                        dim++;
                        continue;
                }
                outer.Dispose();
            }
            return result;
        }

        // ^0 as an end is "to the end"; ^n is −n.
        private static long? FromEnd(Index index) => !index.IsFromEnd ? index.Value : index.Value == 0 ? null : -index.Value;
    }
}
