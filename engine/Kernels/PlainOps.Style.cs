using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Kernels;

// What style-based generators are made of.
public static partial class PlainOps
{
    /// <inheritdoc cref="FastOps.conv_transpose2d"/>
    public static Tensor conv_transpose2d(Tensor x, Tensor weight, long stride, long padding = 0) =>
        F.conv_transpose2d(x, weight, strides: [stride, stride], padding: [padding, padding]);

    /// <inheritdoc cref="FastOps.fir2d"/>
    public static Tensor fir2d(Tensor x, FirFilter filter, long up, long down, Margins padding, bool flip, double gain) =>
        UpFirDn.Apply(x, filter.On(x.device), (up, up), (down, down), padding, flip, gain);

    /// <inheritdoc cref="FastOps.modulate"/>
    public static Tensor modulate(Tensor x, Tensor styles) => x * styles.unsqueeze(-1).unsqueeze(-1);

    /// <inheritdoc cref="FastOps.scaled_lrelu"/>
    public static Tensor scaled_lrelu(Tensor x, Tensor? scale, Tensor? noise, Tensor? bias, double slope, double gain)
    {
        if (scale is not null) x = modulate(x, scale);
        if (noise is not null) x = x + noise;
        if (bias is not null) x = x + bias.reshape(1, -1, 1, 1);
        return F.leaky_relu(x, slope) * gain;
    }
}
