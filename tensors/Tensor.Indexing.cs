using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Elements and slices by position.
    public partial class Tensor
    {
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Assign(this[i1], value);
        }

        public Tensor this[long i1, long i2]
        {
            get => At([i1, i2]);
            set => Assign(this[i1, i2], value);
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => At([i1, i2, i3]);
            set => Assign(this[i1, i2, i3], value);
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At([i1, i2, i3, i4]);
            set => Assign(this[i1, i2, i3, i4], value);
        }

        /// <summary>One index tensor per leading dimension, broadcast together; or one bool tensor as a mask.</summary>
        public Tensor this[params Tensor[] indices]
        {
            get => Aten.Call("index.Tensor", this, indices);
            set
            {
                using var same = Aten.Call("index_put_", this, indices, value);
            }
        }

        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => Assign(index(indices), value);
        }

        public Tensor index(params TensorIndex[] indices) => TensorIndex.Apply(this, indices);
        public Tensor index(params Tensor[] indices) => this[indices];
        public Tensor index_put_(Tensor value, params Tensor[] indices) => Aten.Call("index_put_", this, indices, value);
        public Tensor index_select(long dim, Tensor index) => Aten.Call("index_select", this, dim, index);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Aten.Call("index_add_", this, dim, index, source, alpha);
        public Tensor select(long dim, long index) => Aten.Call("select.int", this, dim, index);
        public Tensor narrow(long dim, long start, long length) => Aten.Call("narrow", this, dim, start, length);
        public Tensor slice(long dim, long start, long finish, long step) => Aten.Call("slice.Tensor", this, dim, start, finish, step);
        public Tensor gather(long dim, Tensor index) => Aten.Call("gather", this, dim, index);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Aten.Call("scatter_.src", this, dim, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Aten.Call("scatter_add_", this, dim, index, src);
        public Tensor nonzero() => Aten.Call("nonzero", this);

        private Tensor At(ReadOnlySpan<long> indices)
        {
            var at = select(0, indices[0]);
            foreach (long index in indices[1..])
            {
                using var outer = at;
                at = outer.select(0, index);
            }
            return at;
        }

        private static void Assign(Tensor target, Tensor value)
        {
            using (target)
            using (target.copy_(value)) { }
        }
    }
}
