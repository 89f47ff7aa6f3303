namespace IconDiffusion.Data.Layered;

/// <summary>Hair before and behind the face.</summary>
internal static class Hairs
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("bob", [Shape.Fill("M 31 62 C 26 30 44 13 64 13 C 84 13 102 30 97 62 C 95 50 92 44 86 40 Q 64 50 42 40 C 36 44 33 50 31 62 Z", "#6B3B22")])
        {
            Back = [Shape.Fill("M 26 88 C 18 40 32 12 64 12 C 96 12 110 40 102 88 C 92 96 82 92 80 84 L 48 84 C 46 92 36 96 26 88 Z", "#4E2917")],
        },
        new("curls", [.. Curls("#F08A2C", (38, 34, 11), (50, 24, 12), (64, 20, 12), (78, 24, 12), (90, 34, 11), (33, 46, 8), (95, 46, 8), (57, 32, 8), (72, 32, 8))])
        {
            Back = [.. Curls("#C9661A", (28, 44, 12), (100, 44, 12), (26, 62, 12), (102, 62, 12), (30, 78, 11), (98, 78, 11), (40, 26, 14), (88, 26, 14), (64, 22, 16))],
        },
        new("spikes", [Shape.Fill("M 33 52 L 24 34 L 36 34 L 32 16 L 47 24 L 52 6 L 63 20 L 76 5 L 80 22 L 97 15 L 92 33 L 104 34 L 95 52 C 92 44 90 40 86 38 L 78 44 L 70 36 L 62 44 L 54 36 L 46 44 L 41 39 C 37 42 35 46 33 52 Z", "#1FA3A3")]),
        new("long", [Shape.Fill("M 32 66 C 24 34 40 14 64 14 C 88 14 104 34 96 66 C 95 48 86 38 66 30 C 60 42 42 44 37 50 C 34 54 33 58 32 66 Z", "#F7DC6B")])
        {
            Back = [Shape.Fill("M 24 116 C 20 84 18 12 64 12 C 110 12 108 84 104 116 C 98 122 88 120 84 112 L 44 112 C 40 120 30 122 24 116 Z", "#DDB53F")],
        },
        new("afro", [Shape.Fill("M 35 56 C 34 42 38 32 44 28 C 54 22 74 22 84 28 C 90 32 94 42 93 56 C 91 46 88 42 82 40 Q 64 34 46 40 C 40 42 37 46 35 56 Z", "#241C2E")])
        {
            Back = [Shape.Ellipse(64, 44, 45, 41, "#241C2E"), .. Curls("#3B2F4A", (34, 30, 5), (54, 14, 5), (80, 16, 5), (98, 36, 5), (30, 54, 5), (100, 56, 5))],
        },
        new("bun", [
            Shape.Ellipse(64, 11, 13, 11, "#D6DAE6"),
            .. Shape.Stroke("M 54 17 Q 64 21 74 17", 4, "#E0457B"),
            Shape.Fill("M 31 60 C 28 32 44 18 64 18 C 84 18 100 32 97 60 C 94 46 88 38 76 35 C 66 40 44 38 38 44 C 34 48 32 54 31 60 Z", "#D6DAE6"),
        ])
        {
            Back = [Shape.Fill("M 30 70 C 24 36 40 16 64 16 C 88 16 104 36 98 70 L 90 70 L 38 70 Z", "#A9B0C6")],
        },
    ];

    private static IEnumerable<Shape> Curls(string colour, params (double X, double Y, double Radius)[] circles) =>
        circles.Select(each => Shape.Ellipse(each.X, each.Y, each.Radius, each.Radius, colour));
}
