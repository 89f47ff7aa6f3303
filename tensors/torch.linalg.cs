using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Decompositions, over batches of matrices.</summary>
    public static class linalg
    {
        /// <summary>Singular values, largest first.</summary>
        public static Tensor svdvals(Tensor input) => Aten.Call("linalg_svdvals", input);

        /// <summary>Eigenvalues of symmetric matrices, smallest first, from the triangle that UPLO names.</summary>
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Aten.Call("linalg_eigvalsh", input, UPLO.ToString());

        /// <summary>Eigenvalues, smallest first, and eigenvectors in columns.</summary>
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Aten.CallTwo("linalg_eigh", input, UPLO.ToString());

        public static (Tensor, Tensor, Tensor) svd(Tensor input, bool fullMatrices = true)
        {
            var parts = Aten.CallMany("linalg_svd", input, fullMatrices);
            return (parts[0], parts[1], parts[2]);
        }

        public static Tensor cholesky(Tensor input) => Aten.Call("linalg_cholesky", input);

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Aten.Call("linalg_norm", input, ord, dims, keepdim);

        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) =>
            Aten.Call("linalg_vector_norm", input, ord, dims, keepdim);
    }
}
