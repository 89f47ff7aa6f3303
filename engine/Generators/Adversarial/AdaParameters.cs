using static IconDiffusion.Generators.Adversarial.Matrices;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// How each icon of a batch is transformed by adaptive augmentation (Karras et al. 2020, arXiv:2006.06676, appendix B), with the strengths of
/// stylegan2-ada-pytorch's group <c>bgc</c>. Arrays have one value per icon, or x and y of each; null: not in use.
/// </summary>
public sealed record AdaParameters
{
    internal const string RotateBefore = "RotateBefore";
    internal const string RotateAfter = "RotateAfter";

    private static readonly double s_luma = Math.Sqrt(1.0 / 3);

    /// <summary>Icons.</summary>
    public required int Batch { get; init; }

    /// <summary>1: mirrored.</summary>
    public double[]? Xflip { get; init; }

    /// <summary>Quarter turns.</summary>
    public double[]? Rotate90 { get; init; }

    /// <summary>Shift in shares of the side, rounded to whole pixels when it is applied.</summary>
    public double[]? Xint { get; init; }

    /// <summary>Factor.</summary>
    public double[]? Scale { get; init; }

    /// <summary>Angle before stretching, radians.</summary>
    public double[]? Before { get; init; }

    /// <summary>Stretch of x, and shrinking of y, by this factor.</summary>
    public double[]? Aniso { get; init; }

    /// <summary>Angle after stretching, radians.</summary>
    public double[]? After { get; init; }

    /// <summary>Shift in shares of the side.</summary>
    public double[]? Xfrac { get; init; }

    /// <summary>Added to all colours.</summary>
    public double[]? Brightness { get; init; }

    /// <summary>Factor on all colours.</summary>
    public double[]? Contrast { get; init; }

    /// <summary>1: dark and bright exchanged.</summary>
    public double[]? Lumaflip { get; init; }

    /// <summary>Angle about grey, radians.</summary>
    public double[]? Hue { get; init; }

    /// <summary>Factor on the distance from grey.</summary>
    public double[]? Saturation { get; init; }

    /// <summary>Whether the number that decides a transform is N(0,1), not U(0,1).</summary>
    public static bool IsNormal(string name) => name is nameof(Scale) or nameof(Aniso) or nameof(Xfrac)
        or nameof(Brightness) or nameof(Contrast) or nameof(Saturation);

    /// <summary>Whether a transform takes two numbers, x and y.</summary>
    public static bool IsPair(string name) => name is nameof(Xint) or nameof(Xfrac);

    /// <summary>What the drawn numbers mean where each transform is applied with probability <paramref name="p"/>.</summary>
    public static AdaParameters From(AdaDraws draws, int batch, double p)
    {
        // Two rotations, together as likely as any other transform.
        var once = 1 - Math.Sqrt(Math.Clamp(1 - p, 0, 1));
        return new()
        {
            Batch = batch,
            Xflip = Of(nameof(Xflip), u => Math.Floor(u * 2)),
            Rotate90 = Of(nameof(Rotate90), u => Math.Floor(u * 4)),
            Xint = Of(nameof(Xint), u => (u * 2 - 1) * 0.125),
            Scale = Of(nameof(Scale), z => Math.Pow(2, z * 0.2), otherwise: 1),
            Before = Of(RotateBefore, u => (u * 2 - 1) * Math.PI, probability: once),
            Aniso = Of(nameof(Aniso), z => Math.Pow(2, z * 0.2), otherwise: 1),
            After = Of(RotateAfter, u => (u * 2 - 1) * Math.PI, probability: once),
            Xfrac = Of(nameof(Xfrac), z => z * 0.125),
            Brightness = Of(nameof(Brightness), z => z * 0.2),
            Contrast = Of(nameof(Contrast), z => Math.Pow(2, z * 0.5), otherwise: 1),
            Lumaflip = Of(nameof(Lumaflip), u => Math.Floor(u * 2)),
            Hue = Of(nameof(Hue), u => (u * 2 - 1) * Math.PI),
            Saturation = Of(nameof(Saturation), z => Math.Pow(2, z), otherwise: 1),
        };

        double[]? Of(string name, Func<double, double> meaning, double otherwise = 0, double? probability = null) =>
            draws.Find(name) is not var (values, gates) ? null
            : [.. values.Select((value, i) => gates[i * gates.Length / values.Length] < (probability ?? p) ? meaning(value) : otherwise)];
    }

    /// <summary>Whether any transform moves pixels.</summary>
    public bool MovesPixels => (Xflip ?? Rotate90 ?? Xint ?? Scale ?? Before ?? Aniso ?? After ?? Xfrac) is not null;

    /// <summary>Whether any transform changes colours.</summary>
    public bool ChangesColours => (Brightness ?? Contrast ?? Lumaflip ?? Hue ?? Saturation) is not null;

    /// <summary>From where in an icon each pixel of the transformed one comes, in pixels about the centre: 3×3.</summary>
    public double[,] InverseGeometry(int icon, long height, long width)
    {
        var inverse = Identity(3);
        if (Xflip is not null) Then(Matrices.Scale(1 - 2 * Xflip[icon], 1));
        if (Rotate90 is not null) Then(Rotate(Math.PI / 2 * Rotate90[icon]));
        if (Xint is not null) Then(Translate(-Whole(Xint[2 * icon] * width), -Whole(Xint[2 * icon + 1] * height)));
        if (Scale is not null) Then(Matrices.Scale(1 / Scale[icon], 1 / Scale[icon]));
        if (Before is not null) Then(Rotate(Before[icon]));
        if (Aniso is not null) Then(Matrices.Scale(1 / Aniso[icon], Aniso[icon]));
        if (After is not null) Then(Rotate(After[icon]));
        if (Xfrac is not null) Then(Translate(-Xfrac[2 * icon] * width, -Xfrac[2 * icon + 1] * height));
        return inverse;

        void Then(double[,] step) => inverse = Multiply(inverse, step);

        static double Whole(double shift) => Math.Round(shift, MidpointRounding.ToEven);
    }

    /// <summary>What becomes of an icon's colours (r, g, b, 1): 4×4.</summary>
    /// <param name="hasHue">Whether there are several colours, for hue and saturation.</param>
    public double[,] Colours(int icon, bool hasHue = true)
    {
        var colours = Identity(4);
        if (Brightness is not null) Then(Colour(Unit, Brightness[icon]));
        if (Contrast is not null) Then(Colour((r, c) => Unit(r, c) * Contrast[icon]));
        if (Lumaflip is not null) Then(Colour((r, c) => Unit(r, c) - 2 * s_luma * s_luma * Lumaflip[icon]));
        if (Hue is not null && hasHue) Then(Colour(Turn(Hue[icon])));
        if (Saturation is not null && hasHue)
            Then(Colour((r, c) => s_luma * s_luma + (Unit(r, c) - s_luma * s_luma) * Saturation[icon]));
        return colours;

        void Then(double[,] step) => colours = Multiply(step, colours);

        static double Unit(int row, int column) => row == column ? 1 : 0;

        // Rodrigues' rotation about the grey axis: cos·I + sin·[v]× + (1 − cos)·vvᵀ.
        static Func<int, int, double> Turn(double angle) => (row, column) =>
            Unit(row, column) * Math.Cos(angle) + (1 - Math.Cos(angle)) * s_luma * s_luma
            + (((column - row + 3) % 3) switch { 1 => -1, 2 => 1, _ => 0 }) * Math.Sin(angle) * s_luma;
    }
}
