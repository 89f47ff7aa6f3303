using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>One layer of an icon while all others are taken as known: how well each of its variants explains the icon.</summary>
internal sealed class LayerView
{
    private readonly FacePainter _painter;
    private readonly FaceLayer _layer;
    private readonly float[] _icon;
    private readonly float[] _below;
    private readonly float[] _between;
    private readonly float[] _above;

    // Mean absolute difference of each pixel where the layer is left empty.
    private readonly float[] _emptyError;

    /// <param name="icon">[size, size, 4], opaque.</param>
    public LayerView(FacePainter painter, FaceLayer layer, FaceEstimate face, float[] icon)
    {
        (_painter, _layer, _icon) = (painter, layer, icon);
        (_below, _between, _above) = painter.Around(layer, face);
        _emptyError = new float[icon.Length / 4];
        for (var pixel = 0; pixel < _emptyError.Length; pixel++)
            _emptyError[pixel] = Difference(_icon, pixel * 4, Compose(pixel * 4, default, default));
    }

    /// <summary>How much nearer the icon comes by this part, the sum over every <paramref name="stride"/>-th pixel and row; negative is nearer.</summary>
    public double Gain(int variant, PartMove move, int stride)
    {
        var (back, front) = _painter.Part(_layer, variant, move);
        return back.Width == 0 ? Gain(front, default, front, stride) : Gain(Around(back, front), back, front, stride);
    }

    // Sums over a frame around the part.
    private double Gain(PartRaster frame, PartRaster back, PartRaster front, int stride)
    {
        var size = _painter.Size;
        var (left, right) = (Up(Math.Max(0, frame.X), stride), Math.Min(size, frame.X + frame.Width));
        var (top, bottom) = (Up(Math.Max(0, frame.Y), stride), Math.Min(size, frame.Y + frame.Height));
        var sum = 0.0;
        for (var y = top; y < bottom; y += stride)
            for (var x = left; x < right; x += stride)
            {
                var pixel = (y * size) + x;
                if (_above[(pixel * 4) + 3] == 1) continue;
                var (over, under) = (At(front, x, y), At(back, x, y));
                if (over.Alpha == 0 && under.Alpha == 0) continue;
                sum += Difference(_icon, pixel * 4, Compose(pixel * 4, under, over)) - _emptyError[pixel];
            }
        return sum;
    }

    private static PartRaster Around(PartRaster a, PartRaster b)
    {
        var (left, top) = (Math.Min(a.X, b.X), Math.Min(a.Y, b.Y));
        return new(left, top, Math.Max(a.X + a.Width, b.X + b.Width) - left, Math.Max(a.Y + a.Height, b.Y + b.Height) - top, []);
    }

    /// <summary>The icon with this part: RGB and how much of each pixel shows the part, [size, size, 4].</summary>
    public float[] Draw(PartRaster back, PartRaster front)
    {
        var picture = new float[_icon.Length];
        for (var pixel = 0; pixel < _emptyError.Length; pixel++)
        {
            var (y, x) = Math.DivRem(pixel, _painter.Size);
            var (over, under) = (At(front, x, y), At(back, x, y));
            var colour = Compose(pixel * 4, under, over);
            var behind = under.Alpha * (1 - _between[(pixel * 4) + 3]) * (1 - over.Alpha);
            (picture[pixel * 4], picture[(pixel * 4) + 1], picture[(pixel * 4) + 2]) = (colour.R, colour.G, colour.B);
            picture[(pixel * 4) + 3] = (over.Alpha + behind) * (1 - _above[(pixel * 4) + 3]);
        }
        return picture;
    }

    private Colour Compose(int at, Colour under, Colour over)
    {
        var colour = new Colour(_below[at], _below[at + 1], _below[at + 2], 1);
        if (under.Alpha > 0) colour = under.On(colour);
        if (_between[at + 3] > 0) colour = new Colour(_between[at], _between[at + 1], _between[at + 2], _between[at + 3]).On(colour);
        if (over.Alpha > 0) colour = over.On(colour);
        if (_above[at + 3] > 0) colour = new Colour(_above[at], _above[at + 1], _above[at + 2], _above[at + 3]).On(colour);
        return colour;
    }

    private static float Difference(float[] icon, int at, Colour colour) =>
        (Math.Abs(icon[at] - colour.R) + Math.Abs(icon[at + 1] - colour.G) + Math.Abs(icon[at + 2] - colour.B)) / 3;

    private static Colour At(PartRaster part, int x, int y)
    {
        var (column, row) = (x - part.X, y - part.Y);
        if ((uint)column >= (uint)part.Width || (uint)row >= (uint)part.Height) return default;
        var at = ((row * part.Width) + column) * 4;
        return new(part.Values[at], part.Values[at + 1], part.Values[at + 2], part.Values[at + 3]);
    }

    private static int Up(int value, int step) => (value + step - 1) / step * step;

    // With premultiplied alpha.
    private readonly record struct Colour(float R, float G, float B, float Alpha)
    {
        public Colour On(Colour below)
        {
            var rest = 1 - Alpha;
            return new(R + (rest * below.R), G + (rest * below.G), B + (rest * below.B), 1);
        }
    }
}
