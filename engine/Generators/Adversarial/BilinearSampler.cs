using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// Bilinear sampling at the points of an affine grid: <c>grid_sample(x, affine_grid(theta, size))</c> with zeros outside and corners not
/// aligned. Out of gathers, for libtorch's own has no second derivative; the gradient goes to the images, not to theta.
/// </summary>
public static class BilinearSampler
{
    /// <summary>Samples each image at its own grid.</summary>
    /// <param name="images">[N,C,H,W].</param>
    /// <param name="theta">N matrices of 2×3: from the result's coordinates to the image's, both −1…1 from edge to edge.</param>
    /// <param name="height">Of the result, H′.</param>
    /// <param name="width">Of the result, W′.</param>
    /// <returns>[N,C,H′,W′].</returns>
    public static Tensor Sample(Tensor images, IReadOnlyList<double[,]> theta, long height, long width)
    {
        var (n, c, h, w) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        if (theta.Count != n) throw new ArgumentException($"{theta.Count} grids came for {n} images.");

        // Where each point lies, in pixels, as whole part and rest.
        var (x, y) = Coordinates(theta, height, width, h, w, images.device);
        var (left, top) = (x.floor(), y.floor());
        var (toRight, toBottom) = (x - left, y - top);

        // One row of C values per pixel: a point is four rows, each with its weight.
        var pixels = images.permute(0, 2, 3, 1).reshape(n * h * w, c);
        var firstRow = arange(n, dtype: int64, device: images.device).reshape(n, 1, 1) * (h * w);
        var sampled = Corner(left, top, (1 - toRight) * (1 - toBottom))
            + Corner(left + 1, top, toRight * (1 - toBottom))
            + Corner(left, top + 1, (1 - toRight) * toBottom)
            + Corner(left + 1, top + 1, toRight * toBottom);
        return sampled.reshape(n, height, width, c).permute(0, 3, 1, 2);

        Tensor Corner(Tensor column, Tensor row, Tensor weight)
        {
            var inside = column.ge(0).logical_and(column.le(w - 1)).logical_and(row.ge(0)).logical_and(row.le(h - 1));
            var index = firstRow + row.clamp(min: (Scalar)0, max: (Scalar)(h - 1)).to(int64) * w + column.clamp(min: (Scalar)0, max: (Scalar)(w - 1)).to(int64);
            return pixels.index_select(0, index.flatten()) * (weight * inside.to(weight.dtype)).to(pixels.dtype).reshape(-1, 1);
        }
    }

    // Points of the grid in the image's pixels, [N,H′,W′] each; in float64, for neighbouring points must not merge.
    private static (Tensor X, Tensor Y) Coordinates(
        IReadOnlyList<double[,]> theta, long height, long width, long imageHeight, long imageWidth, Device device)
    {
        var (across, down) = (Centres(width, device).reshape(1, 1, -1), Centres(height, device).reshape(1, -1, 1));
        return (Along(0, imageWidth), Along(1, imageHeight));

        Tensor Along(int row, long size) => ((Entry(row, 0) * across + Entry(row, 1) * down + Entry(row, 2) + 1) * size - 1) / 2;

        Tensor Entry(int row, int column) => tensor(theta.Select(matrix => matrix[row, column]).ToArray()).reshape(-1, 1, 1).to(device);
    }

    // Centres of `size` pixels from edge −1 to edge 1.
    private static Tensor Centres(long size, Device device) => (arange(size, dtype: float64, device: device) * 2 + 1) / size - 1;
}
