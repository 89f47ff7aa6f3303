using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>Small matrices of homogeneous coordinates: planes 3×3, colours 4×4.</summary>
internal static class Matrices
{
    public static double[,] Identity(int size) => Build(size, (row, column) => row == column ? 1 : 0);

    public static double[,] Translate(double x, double y) => new[,] { { 1, 0, x }, { 0, 1, y }, { 0, 0, 1 } };

    public static double[,] Scale(double x, double y) => new[,] { { x, 0, 0 }, { 0, y, 0 }, { 0, 0, 1 } };

    public static double[,] Rotate(double angle)
    {
        var (sin, cos) = Math.SinCos(angle);
        return new[,] { { cos, -sin, 0 }, { sin, cos, 0 }, { 0, 0, 1 } };
    }

    /// <summary>The first three coordinates by a 3×3 matrix, then moved.</summary>
    public static double[,] Colour(Func<int, int, double> linear, double shift = 0) =>
        Build(4, (row, column) => row == 3 || column == 3 ? row == column ? 1 : row == 3 ? 0 : shift : linear(row, column));

    public static double[,] Multiply(params ReadOnlySpan<double[,]> factors)
    {
        var product = factors[0];
        foreach (var right in factors[1..])
        {
            var left = product;
            product = Build(left.GetLength(0), (row, column) =>
            {
                double sum = 0;
                for (var k = 0; k < left.GetLength(0); k++) sum += left[row, k] * right[k, column];
                return sum;
            });
        }
        return product;
    }

    /// <summary>float64 [matrices,rows,columns].</summary>
    public static Tensor Stack(IReadOnlyList<double[,]> matrices) => tensor(matrices.SelectMany(matrix => matrix.Cast<double>()).ToArray())
        .reshape(matrices.Count, matrices[0].GetLength(0), matrices[0].GetLength(1));

    private static double[,] Build(int size, Func<int, int, double> value)
    {
        var matrix = new double[size, size];
        for (var row = 0; row < size; row++)
            for (var column = 0; column < size; column++)
                matrix[row, column] = value(row, column);
        return matrix;
    }
}
