namespace IconDiffusion.Data.Layered;

/// <summary>Clothes over the shoulders.</summary>
internal static class Shirts
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("tee", [Body("#E5484D"), .. Shape.Stroke("M 51 100 Q 64 113 77 100", 5, "#B92F3A")]),
        new("sailor", [Body("#F6F4EE"), .. Sailor("#27407A")]),
        new("hoodie", [
            Body("#2F8F6B"),
            Shape.Fill("M 44 100 C 44 92 52 96 54 98 Q 64 112 74 98 C 76 96 84 92 84 100 C 84 112 72 118 64 120 C 56 118 44 112 44 100 Z", "#226B50"),
            .. Shape.Stroke("M 57 114 L 56 126", 3, "#F4F1E6"),
            .. Shape.Stroke("M 71 114 L 72 126", 3, "#F4F1E6"),
        ]),
        new("dungarees", [
            Body("#F5B83D"),
            Shape.Rectangle(40, 112, 48, 24, "#3566B8"),
            Shape.Rectangle(40, 100, 8, 14, "#3566B8"),
            Shape.Rectangle(80, 100, 8, 14, "#3566B8"),
            Shape.Ellipse(44, 114, 3, 3, "#FFF0C2"),
            Shape.Ellipse(84, 114, 3, 3, "#FFF0C2"),
        ]),
        new("turtleneck", [
            Body("#7A3FA0"),
            Shape.Fill("M 50 96 Q 64 102 78 96 L 79 106 Q 64 113 49 106 Z", "#9C63C4"),
        ]),
        new("suit", [
            Body("#2B2D3A"),
            Shape.Fill("M 52 98 L 64 124 L 76 98 Q 64 106 52 98 Z", "#FFFFFF"),
            Shape.Fill("M 61 106 L 67 106 L 69 126 L 64 131 L 59 126 Z", "#D33F6A"),
        ]),
    ];

    private static Shape Body(string colour) => Shape.Fill(
        "M 16 136 C 16 112 30 105 50 99 Q 64 110 78 99 C 98 105 112 112 112 136 Z", colour);

    private static IEnumerable<Shape> Sailor(string colour) =>
    [
        Shape.Fill("M 24 112 Q 64 122 104 112 L 107 117 Q 64 128 21 117 Z", colour),
        Shape.Fill("M 18 124 Q 64 134 110 124 L 111 130 L 17 130 Z", colour),
        .. Shape.Stroke("M 51 100 Q 64 112 77 100", 4, colour),
    ];
}
