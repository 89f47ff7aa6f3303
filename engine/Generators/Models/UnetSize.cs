using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// How large <see cref="Unet"/> is, without making one: its parameters, the arithmetic of a forward pass, and the values that its tensors hold,
/// counted layer by layer as the forward pass makes them. The bottleneck's attention never holds all pairs of pixels at once.
/// </summary>
public sealed class UnetSize
{
    private const int Hidden = LinearAttention.Heads * LinearAttention.HeadChannels;
    private const int Channels = 3;

    private readonly UnetSpec _unet;
    private readonly int _imageSize;
    private readonly bool _enlarges;

    /// <param name="unet">Shape of the network.</param>
    /// <param name="imageSize">Side of the icon in pixels.</param>
    /// <param name="enlarges">Whether the network sees smaller icons.</param>
    public UnetSize(UnetSpec unet, int imageSize, bool enlarges = false)
    {
        (_unet, _imageSize, _enlarges) = (unet, imageSize, enlarges);
        (Kept, Largest) = Activations();
    }

    /// <summary>The same of a model's network.</summary>
    public static UnetSize Of(DdpmSpec model, int imageSize) => new(model.Unet, imageSize, model.Enlarges is not null);

    /// <summary>Values per icon that the backward pass needs.</summary>
    public double Kept { get; }

    /// <summary>Values per icon of the largest tensor.</summary>
    public double Largest { get; }

    /// <summary>Number of trained values.</summary>
    public double Parameters
    {
        get
        {
            var time = 4.0 * _unet.Dim;
            double Block(double from, double to) =>
                time * 2 * to + 2 * to + 9 * from * to + 9 * to * to + 6 * to + (from == to ? 0 : from * to + to);
            double Linear(double dim) => 3 * Hidden * dim + Hidden * dim + dim + 4 * dim;
            var total = 49.0 * Channels * _unet.Dim + _unet.Dim + _unet.Dim * time + time + time * time + time;
            if (_enlarges) total += (49.0 * Channels * _unet.Dim) + (_unet.Dim * time) + time + (time * time) + time;
            foreach (var (narrow, wide, last) in Levels())
            {
                total += 2 * Block(narrow, narrow) + Linear(narrow) + (last ? 9 : 16) * narrow * wide + wide;
                total += 2 * Block(wide + narrow, wide) + Linear(wide) + 9 * narrow * wide + narrow;
            }
            double middle = _unet.Dim * _unet.DimMults[^1];
            total += 2 * Block(middle, middle) + (_unet.Knockout.BottleneckAttention ? 0 : 4 * Hidden * middle + 3 * middle);
            return total + Block(2 * _unet.Dim, _unet.Dim) + _unet.Dim * Channels + Channels;
        }
    }

    /// <summary>Multiply-adds of one icon's forward pass: 29.6 G for dim 64, (1,2,4,8) at 128 px.</summary>
    public double MultiplyAdds
    {
        get
        {
            double Block(double input, double output) => 9 * input * output + 9 * output * output + (input == output ? 0 : input * output);
            double Linear(double dim) => dim * 3 * Hidden + Hidden * dim + 2 * Hidden * LinearAttention.HeadChannels;
            var total = (_enlarges ? 2 : 1) * 49.0 * Channels * _unet.Dim * Pixels(0);
            var level = 0;
            foreach (var (narrow, wide, last) in Levels())
            {
                // Down: two blocks and linear attention at the level's width, then the step to the next one.
                total += Pixels(level) * (2 * Block(narrow, narrow) + Linear(narrow));
                total += last ? Pixels(level) * 9 * narrow * wide : Pixels(level + 1) * 16 * narrow * wide;
                // Up: the same at the wider width, on the concatenation with the skip connection.
                total += Pixels(level) * (2 * Block(wide + narrow, wide) + Linear(wide));
                total += Pixels(Math.Max(0, level - 1)) * 9 * wide * narrow;
                level++;
            }

            double middle = _unet.Dim * _unet.DimMults[^1], bottom = Pixels(level - 1);
            total += bottom * 2 * Block(middle, middle);
            if (!_unet.Knockout.BottleneckAttention)
                total += bottom * (middle * 4 * Hidden + 2 * Hidden * bottom);
            return total + Pixels(0) * (Block(2 * _unet.Dim, _unet.Dim) + _unet.Dim * Channels);
        }
    }

    /// <summary>Values per icon that wait, without gradients, for the way up.</summary>
    public double Skips =>
        Levels().Select((level, i) => _unet.Knockout.SkipLevels.Contains(i) ? 0 : 2 * level.Narrow * Pixels(i)).Sum() + _unet.Dim * Pixels(0);

    private (double Kept, double Largest) Activations()
    {
        double kept = 0, largest = 0;
        void Keep(double channels, double pixels)
        {
            kept += channels * pixels;
            largest = Math.Max(largest, channels * pixels);
        }
        // A block keeps its two convolutions' outputs and both normalised ones.
        void Block(double to, double pixels)
        {
            for (var i = 0; i < 4; i++) Keep(to, pixels);
        }
        // Normalised input, queries, keys and values, what they come to, its projection, the sum.
        void Attention(double dim, double pixels)
        {
            for (var i = 0; i < 3; i++) Keep(dim, pixels);
            Keep(3 * Hidden, pixels);
            Keep(Hidden, pixels);
        }

        Keep(_unet.Dim, Pixels(0));
        if (_enlarges) Keep(Channels, Pixels(0));
        var level = 0;
        foreach (var (narrow, wide, last) in Levels())
        {
            var here = Pixels(level);
            // Down.
            Block(narrow, here);
            Block(narrow, here);
            Attention(narrow, here);
            Keep(wide, Pixels(last ? level : level + 1));
            // Up: the concatenations with the skips too.
            Keep(wide + narrow, here);
            Block(wide, here);
            Keep(wide + narrow, here);
            Block(wide, here);
            Attention(wide, here);
            if (level > 0) Keep(wide, Pixels(level - 1));
            Keep(narrow, Pixels(Math.Max(0, level - 1)));
            level++;
        }
        double middle = _unet.Dim * _unet.DimMults[^1], bottom = Pixels(level - 1);
        Block(middle, bottom);
        Block(middle, bottom);
        if (!_unet.Knockout.BottleneckAttention) Attention(middle, bottom);
        Keep(2 * _unet.Dim, Pixels(0));
        Block(_unet.Dim, Pixels(0));
        return (kept, largest);
    }

    private IEnumerable<(double Narrow, double Wide, bool Last)> Levels()
    {
        double narrow = _unet.Dim;
        for (var i = 0; i < _unet.DimMults.Count; i++)
        {
            double wide = _unet.Dim * _unet.DimMults[i];
            yield return (narrow, wide, i == _unet.DimMults.Count - 1);
            narrow = wide;
        }
    }

    private double Pixels(int level) => Math.Pow((double)_imageSize / (1 << level), 2);
}
