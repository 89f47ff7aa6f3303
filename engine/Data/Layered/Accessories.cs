namespace IconDiffusion.Data.Layered;

/// <summary>What is worn on the head, if anything.</summary>
internal static class Accessories
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("none", []),
        new("glasses", [
            Shape.Ring(50, 58, 13, 13, 4.5, "#D81E3F"),
            Shape.Ring(78, 58, 13, 13, 4.5, "#D81E3F"),
            .. Shape.Stroke("M 61 55 Q 64 53 67 55", 3.5, "#D81E3F"),
        ]),
        new("crown", [
            Shape.Fill("M 42 33 L 38 10 L 51 20 L 64 4 L 77 20 L 90 10 L 86 33 Q 64 38 42 33 Z", "#FFCB1F"),
            Shape.Ellipse(64, 26, 4, 4.5, "#E0245E"),
            Shape.Ellipse(49, 27, 3, 3.5, "#2B7DE0"),
            Shape.Ellipse(79, 27, 3, 3.5, "#2B7DE0"),
        ]),
        new("headphones", [
            .. Shape.Stroke("M 29 58 C 24 -2 104 -2 99 58", 6, "#F4F6FA"),
            Shape.Ellipse(28, 64, 8, 12, "#2452D6"),
            Shape.Ellipse(100, 64, 8, 12, "#2452D6"),
        ]),
        new("flower", [
            .. Petals(88, 30, 8, "#FF4FA0"),
            Shape.Ellipse(88, 30, 6, 6, "#FFF04D"),
        ]),
        new("beret", [
            Shape.Fill("M 30 30 C 22 14 44 2 70 5 C 98 8 108 24 98 32 C 84 40 50 38 30 30 Z", "#B3123A"),
            .. Shape.Stroke("M 68 7 L 72 1", 4, "#7D0A28"),
        ]),
    ];

    private static IEnumerable<Shape> Petals(double x, double y, double distance, string colour) =>
        from at in new (double X, double Y)[] { (0, -1), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31) }
        select Shape.Ellipse(x + (at.X * distance), y + (at.Y * distance), 6.5, 6.5, colour);
}
