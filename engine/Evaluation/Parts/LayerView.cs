using System.Runtime.Intrinsics;
using IconDiffusion.Data.Layered;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>One layer of an icon while all others are taken as known: how well each of its variants explains the icon.</summary>
internal sealed class LayerView
{
    private const int NoRow = int.MinValue;

    private readonly IconPainter _painter;
    private readonly int _layer;
    private readonly IconEstimate _estimate;
    private readonly float[] _icon;
    private readonly Stack[] _stacks;

    // Mean absolute difference of each pixel where the layer is left empty.
    private readonly float[] _emptyError;

    /// <param name="icon">[size, size, 4], opaque.</param>
    public LayerView(IconPainter painter, int layer, IconEstimate estimate, float[] icon)
    {
        (_painter, _layer, _estimate, _icon) = (painter, layer, estimate, icon);
        var stacks = Enumerable.Range(0, painter.Art.Layers[layer].Variants.Count).Select(variant => painter.Art.Stack(estimate.With(layer, variant))).ToList();
        // What is the same whichever variant it is; the rest has the layer's colour or lies in it.
        var common = stacks.Select(stack => stack.Where(piece => piece.Layer != layer)).Aggregate((a, b) => a.Intersect(b)).ToHashSet();
        var runs = new Dictionary<string, float[]>();
        _stacks = [.. stacks.Select(stack => Split(stack, common, runs))];
        var empty = painter.Lay(stacks[0].Where(common.Contains), estimate, onBackground: true);
        _emptyError = new float[icon.Length / 4];
        for (var pixel = 0; pixel < _emptyError.Length; pixel++)
            _emptyError[pixel] = Difference(_icon, pixel * 4, Vector128.LoadUnsafe(ref empty[pixel * 4]));
    }

    // Common pieces that lie on one another are one picture.
    private Stack Split(IReadOnlyList<ArtPiece> pieces, HashSet<ArtPiece> common, Dictionary<string, float[]> runs)
    {
        var (changing, pictures, run) = (new List<ArtPiece>(), new List<float[]>(), new List<ArtPiece>());
        foreach (var piece in pieces)
        {
            if (common.Contains(piece))
            {
                run.Add(piece);
                continue;
            }
            changing.Add(piece);
            Close();
        }
        Close();
        return new([.. changing], [.. pictures]);

        void Close()
        {
            var key = $"{pictures.Count == 0}|{string.Join(',', run.Select(piece => piece.Id))}";
            if (!runs.TryGetValue(key, out var picture)) runs[key] = picture = _painter.Lay(run, _estimate, onBackground: pictures.Count == 0);
            pictures.Add(picture);
            run.Clear();
        }
    }

    /// <summary>How much nearer the icon comes by this part, the sum over every <paramref name="stride"/>-th pixel and row; negative is nearer.</summary>
    public double Gain(int variant, PartMove move, int stride)
    {
        var stack = _stacks[variant];
        var parts = Parts(stack, move, 0);
        // Sums over a frame around the parts.
        var (left, top, right, bottom) = (int.MaxValue, int.MaxValue, int.MinValue, int.MinValue);
        foreach (var part in parts)
            if (part.Width > 0)
                (left, top, right, bottom) = (Math.Min(left, part.X), Math.Min(top, part.Y), Math.Max(right, part.X + part.Width), Math.Max(bottom, part.Y + part.Height));
        if (right == int.MinValue) return 0;
        var size = _painter.Size;
        (left, right) = (Up(Math.Max(0, left), stride), Math.Min(size, right));
        (top, bottom) = (Up(Math.Max(0, top), stride), Math.Min(size, bottom));
        var above = stack.Runs[^1];
        var sum = 0.0;
        var rows = new int[parts.Length];
        for (var y = top; y < bottom; y += stride)
        {
            for (var i = 0; i < parts.Length; i++) rows[i] = Row(parts[i], y);
            for (var x = left; x < right; x += stride)
            {
                var pixel = (y * size) + x;
                if (above[(pixel * 4) + 3] == 1 || !IsCovered(parts, rows, x)) continue;
                sum += Difference(_icon, pixel * 4, Compose(stack, parts, rows, pixel * 4, x)) - _emptyError[pixel];
            }
        }
        return sum;
    }

    /// <summary>The icon with this part: RGB and how much of each pixel shows the part, [size, size, 4].</summary>
    /// <param name="blur">Radius that the part is blurred by, pixels; 0: not at all.</param>
    public float[] Draw(int variant, PartMove move, int blur = 0)
    {
        var stack = _stacks[variant];
        var parts = Parts(stack, move, blur);
        var picture = new float[_icon.Length];
        var rows = new int[parts.Length];
        for (var y = 0; y < _painter.Size; y++)
        {
            for (var i = 0; i < parts.Length; i++) rows[i] = Row(parts[i], y);
            for (var x = 0; x < _painter.Size; x++)
            {
                var at = ((y * _painter.Size) + x) * 4;
                var shown = 0f;
                for (var i = 0; i < parts.Length; i++)
                {
                    var alpha = At(parts[i], rows[i], x)[3];
                    shown *= 1 - alpha;
                    if (stack.Changing[i].Layer == _layer) shown += alpha;
                    shown *= 1 - stack.Runs[i + 1][at + 3];
                }
                Compose(stack, parts, rows, at, x).WithElement(3, shown).CopyTo(picture, at);
            }
        }
        return picture;
    }

    private PartRaster[] Parts(Stack stack, PartMove move, int blur)
    {
        var parts = new PartRaster[stack.Changing.Length];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = stack.Changing[i].Layer == _layer
                ? _painter.Draw(stack.Changing[i], move, blur)
                : _painter.Draw(stack.Changing[i], _estimate.Moves[stack.Changing[i].Layer]);
        return parts;
    }

    private static bool IsCovered(PartRaster[] parts, int[] rows, int x)
    {
        for (var i = 0; i < parts.Length; i++)
            if (At(parts[i], rows[i], x)[3] != 0) return true;
        return false;
    }

    // A pixel's colours, all with premultiplied alpha, side by side: R, G, B, and a fourth number that does not count.
    private static Vector128<float> Compose(Stack stack, PartRaster[] parts, int[] rows, int at, int x)
    {
        var colour = Vector128.LoadUnsafe(ref stack.Runs[0][at]);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = At(parts[i], rows[i], x);
            if (part[3] > 0) colour = On(part, colour);
            var run = Vector128.LoadUnsafe(ref stack.Runs[i + 1][at]);
            if (run[3] > 0) colour = On(run, colour);
        }
        return colour;
    }

    private static Vector128<float> On(Vector128<float> over, Vector128<float> below) => over + (Vector128.Create(1 - over[3]) * below);

    private static float Difference(float[] icon, int at, Vector128<float> colour)
    {
        var apart = Vector128.Abs(Vector128.LoadUnsafe(ref icon[at]) - colour);
        return (apart[0] + apart[1] + apart[2]) / 3;
    }

    // Where a part's row of these pixels begins, as if it began at the icon's edge; none: the row is not the part's.
    private static int Row(PartRaster part, int y) => (uint)(y - part.Y) < (uint)part.Height ? ((y - part.Y) * part.Width) - part.X : NoRow;

    private static Vector128<float> At(PartRaster part, int row, int x) =>
        row != NoRow && (uint)(x - part.X) < (uint)part.Width ? Vector128.LoadUnsafe(ref part.Values[(row + x) * 4]) : default;

    private static int Up(int value, int step) => (value + step - 1) / step * step;

    // A variant's stack: what changes with it, between pictures of what does not; one picture more than there are pieces.
    private sealed record Stack(ArtPiece[] Changing, float[][] Runs);
}
