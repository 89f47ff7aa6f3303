using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>
/// A number for each pair of two sets: float64 [Rows, Columns]. Every number comes from its own two icons alone, added up in an order
/// that nothing changes, so a table does not depend on the icons' order, on threads or on the processor.
/// </summary>
internal sealed class DistanceTable
{
    private readonly double[] _values;

    private DistanceTable(int rows, int columns) => (Rows, Columns, _values) = (rows, columns, new double[checked(rows * columns)]);

    public int Rows { get; }

    public int Columns { get; }

    public ReadOnlySpan<double> this[int row] => _values.AsSpan(row * Columns, Columns);

    /// <summary>Any number of each pair, rows in parallel.</summary>
    public static DistanceTable Of(int rows, int columns, Func<int, int, double> value)
    {
        var table = new DistanceTable(rows, columns);
        Parallel.For(0, rows, i =>
        {
            var row = table._values.AsSpan(i * columns, columns);
            for (var j = 0; j < columns; j++) row[j] = value(i, j);
        });
        return table;
    }

    /// <summary>Some rows, in the order given.</summary>
    public DistanceTable Pick(int[] rows) => Of(rows.Length, Columns, (i, j) => _values[(rows[i] * Columns) + j]);

    /// <summary>The rows of tables with the same columns, one table after the other.</summary>
    public static DistanceTable Join(IReadOnlyList<DistanceTable> tables)
    {
        var (joined, at) = (new DistanceTable(tables.Sum(table => table.Rows), tables[0].Columns), 0);
        foreach (var table in tables)
        {
            table._values.CopyTo(joined._values, at);
            at += table._values.Length;
        }
        return joined;
    }

    /// <summary>Mean absolute pixel differences, 0…255.</summary>
    /// <exception cref="ArgumentException">The icons' sizes differ.</exception>
    public static DistanceTable Pixels(IconPixels a, IconPixels b) =>
        Of(a.Count, b.Count, (i, j) => (double)PixelDistance.Sum(a[i], b[j]) / a.BytesPerIcon);

    /// <summary>xᵀy.</summary>
    public static DistanceTable Products(FeatureStatistics a, FeatureStatistics b) => Of(a.Count, b.Count, (i, j) => Product(a, i, b, j));

    /// <summary>1 − cosine, 0…2; from a vector of zeros: 1, and 0 to another such.</summary>
    public static DistanceTable Cosines(DistanceTable products, double[] squaresOfRows, double[] squaresOfColumns) =>
        Of(products.Rows, products.Columns, (i, j) => Cosine(products[i][j], squaresOfRows[i], squaresOfColumns[j]));

    /// <summary>1 − cosine of one pair, as <see cref="Cosines"/>.</summary>
    /// <param name="product">xᵀy.</param>
    /// <param name="x">‖x‖².</param>
    /// <param name="y">‖y‖².</param>
    public static double Cosine(double product, double x, double y) =>
        // √(x·x) is x to the last bit, so equal vectors are at 0 exactly.
        x == 0 || y == 0 ? (x == y ? 0 : 1) : Math.Clamp(1 - product / Math.Sqrt(x * y), 0, 2);

    /// <summary>‖x‖² of each vector.</summary>
    public static double[] Squares(FeatureStatistics features) => [.. Enumerable.Range(0, features.Count).Select(i => Product(features, i, features, i))];

    /// <summary>xᵀy of two vectors. The products of two float32 are exact in float64, with or without fused addition.</summary>
    public static double Product(FeatureStatistics a, int i, FeatureStatistics b, int j)
    {
        var x = a.Values.AsSpan(i * a.Dimension, a.Dimension);
        var y = b.Values.AsSpan(j * b.Dimension, b.Dimension);
        var xs = MemoryMarshal.Cast<float, Vector256<float>>(x);
        var ys = MemoryMarshal.Cast<float, Vector256<float>>(y);
        var (lower, upper) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var k = 0; k < xs.Length; k++)
        {
            var (x0, x1) = Vector256.Widen(xs[k]);
            var (y0, y1) = Vector256.Widen(ys[k]);
            lower += x0 * y0;
            upper += x1 * y1;
        }
        var sum = Vector256.Sum(lower + upper);
        for (var k = xs.Length * Vector256<float>.Count; k < x.Length; k++) sum += (double)x[k] * y[k];
        return sum;
    }
}
