namespace IconDiffusion.Data.Layered;

/// <summary>Heads with ears and neck: six shapes in six skin tones.</summary>
internal static class FaceShapes
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("round", Head("#FABE96", "#E89C74", Round)),
        new("oval", Head("#80482C", "#653521", Oval)),
        new("square", Head("#E0965A", "#C27A42", Square)),
        new("heart", Head("#FFE6D2", "#F2BFA3", Heart)),
        new("wide", Head("#AE6A3A", "#8E5229", Wide)),
        new("long", Head("#4E2E2B", "#38201E", Long)),
    ];

    private const string Round = "M 34 58 C 34 36 48 26 64 26 C 80 26 94 36 94 58 C 94 80 80 93 64 93 C 48 93 34 80 34 58 Z";
    private const string Oval = "M 37 56 C 37 34 49 25 64 25 C 79 25 91 34 91 56 C 91 78 78 97 64 97 C 50 97 37 78 37 56 Z";
    private const string Heart = "M 34 52 C 34 34 46 26 64 26 C 82 26 94 34 94 52 C 94 72 78 90 64 97 C 50 90 34 72 34 52 Z";
    private const string Square = "M 35 50 C 35 32 46 26 64 26 C 82 26 93 32 93 50 L 92 72 C 91 86 82 93 64 93 C 46 93 37 86 36 72 Z";
    private const string Wide = "M 31 60 C 31 38 46 27 64 27 C 82 27 97 38 97 60 C 97 80 82 91 64 91 C 46 91 31 80 31 60 Z";
    private const string Long = "M 37 54 C 37 32 48 24 64 24 C 80 24 91 32 91 54 L 89 76 C 87 90 77 98 64 98 C 51 98 41 90 39 76 Z";

    private static IReadOnlyList<Shape> Head(string skin, string shade, string outline) =>
    [
        Shape.Fill("M 53 80 L 75 80 L 75 104 C 75 114 53 114 53 104 Z", shade),
        Shape.Ellipse(34, 62, 7, 9, skin),
        Shape.Ellipse(94, 62, 7, 9, skin),
        Shape.Ellipse(34, 62, 3.5, 5, shade),
        Shape.Ellipse(94, 62, 3.5, 5, shade),
        Shape.Fill(outline, skin),
    ];
}
