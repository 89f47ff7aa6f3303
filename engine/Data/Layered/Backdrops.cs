namespace IconDiffusion.Data.Layered;

/// <summary>Square panels with round corners, each with a pattern of its own that stays clear of the corners.</summary>
internal static class Backdrops
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("sky", [Panel("#7CC6EE"), Shape.Ellipse(64, 62, 48, 48, "#B5E3F8")]),
        new("sunset", [Panel("#FF8A70"), .. Bands("#FFB08A")]),
        new("night", [Panel("#35416B"), .. Stars("#F7E9A0")]),
        new("meadow", [Panel("#7ED09A"), .. Stripes("#A6E3B4")]),
        new("butter", [Panel("#FFD95E"), .. Dots("#FFF1B5")]),
        new("lilac", [Panel("#B08AE0"), .. Checks("#CDB3F0")]),
    ];

    private static Shape Panel(string colour) => Shape.Fill(
        "M 22 0 L 106 0 Q 128 0 128 22 L 128 106 Q 128 128 106 128 L 22 128 Q 0 128 0 106 L 0 22 Q 0 0 22 0 Z", colour);

    private static IEnumerable<Shape> Bands(string colour) =>
        [Shape.Rectangle(0, 22, 128, 16, colour), Shape.Rectangle(0, 56, 128, 16, colour), Shape.Rectangle(0, 90, 128, 16, colour)];

    private static IEnumerable<Shape> Stars(string colour) =>
        from at in new (double X, double Y)[] { (16, 24), (40, 10), (90, 12), (114, 30), (12, 62), (116, 68), (18, 98), (110, 100) }
        select Shape.Fill(Star(at.X, at.Y), colour);

    private static string Star(double x, double y) =>
        $"M {x} {y - 7} Q {x} {y} {x + 7} {y} Q {x} {y} {x} {y + 7} Q {x} {y} {x - 7} {y} Q {x} {y} {x} {y - 7} Z";

    private static IEnumerable<Shape> Stripes(string colour) =>
        from x in new[] { 22, 56, 90 }
        select Shape.Rectangle(x, 0, 16, 128, colour);

    private static IEnumerable<Shape> Dots(string colour) =>
        from row in Enumerable.Range(0, 5)
        from column in Enumerable.Range(0, 5)
        select Shape.Ellipse(16 + (24 * column), 16 + (24 * row), 7, 7, colour);

    private static IEnumerable<Shape> Checks(string colour) =>
        from row in Enumerable.Range(0, 6)
        from column in Enumerable.Range(0, 6)
        where (row + column) % 2 == 1 && Math.Abs(row - column) < 5
        select Shape.Rectangle(4 + (20 * column), 4 + (20 * row), 20, 20, colour);
}
