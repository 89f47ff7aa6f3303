using IconDiffusion.Generators.Models;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Arithmetic of one forward pass of <see cref="Unet"/>, counted layer by layer, and its parameters.</summary>
public static class UnetCost
{
    private const int Heads = 4;
    private const int HeadDim = 32;
    private const int Hidden = Heads * HeadDim;

    /// <summary>Multiply-adds of one icon's forward pass: 29.6 G for dim 64, (1,2,4,8) at 128 px.</summary>
    /// <param name="unet">Shape of the network.</param>
    /// <param name="imageSize">Side of the icon in pixels.</param>
    /// <param name="channels">3 (RGB) or 4 (RGBA).</param>
    public static double MultiplyAdds(UnetSpec unet, int imageSize, int channels = 3)
    {
        long[] dims = [unet.Dim, .. unet.DimMults.Select(m => (long)unet.Dim * m)];
        var levels = unet.DimMults.Count;
        double Pixels(int level) => Math.Pow((double)imageSize / (1 << level), 2);
        double Block(long input, long output) => 9.0 * input * output + 9.0 * output * output + (input == output ? 0 : input * output);
        double LinearAttention(long dim) => dim * 3.0 * Hidden + Hidden * dim + 2.0 * Hidden * HeadDim;

        var total = 49.0 * channels * unet.Dim * Pixels(0);
        for (var level = 0; level < levels; level++)
        {
            var (input, output) = (dims[level], dims[level + 1]);
            var last = level == levels - 1;
            // Down: two blocks and linear attention at the level's width, then the step to the next one.
            total += Pixels(level) * (2 * Block(input, input) + LinearAttention(input));
            total += last ? Pixels(level) * 9 * input * output : Pixels(level + 1) * 16 * input * output;
            // Up: the same at the wider width, on the concatenation with the skip connection.
            total += Pixels(level) * (2 * Block(output + input, output) + LinearAttention(output));
            total += level == 0 ? Pixels(0) * 9 * output * input : Pixels(level - 1) * 9 * output * input;
        }

        var (middle, bottom) = (dims[^1], Pixels(levels - 1));
        total += bottom * 2 * Block(middle, middle);
        if (!unet.Knockout.BottleneckAttention)
            total += bottom * (middle * 4.0 * Hidden + 2 * Hidden * bottom);
        return total + Pixels(0) * (Block(2 * unet.Dim, unet.Dim) + unet.Dim * channels);
    }
}
