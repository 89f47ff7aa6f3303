namespace IconDiffusion.Data.Layered;

/// <summary>Mouths and what grows above them.</summary>
internal static class Mouths
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("laugh", [
            Shape.Fill("M 49 79 Q 64 82 79 79 Q 78 92 64 92 Q 50 92 49 79 Z", "#6E1423"),
            Shape.Fill("M 55 89 Q 64 83 73 89 Q 64 94 55 89 Z", "#FF6B7A"),
        ]),
        new("teeth", [
            Shape.Fill("M 47 78 Q 64 81 81 78 Q 80 91 64 91 Q 48 91 47 78 Z", "#2A1B26"),
            Shape.Fill("M 50 80.5 Q 64 83 78 80.5 Q 77 88.5 64 88.5 Q 51 88.5 50 80.5 Z", "#FFFFFF"),
        ]),
        new("lips", [Shape.Fill("M 50 84 Q 57 77 64 80 Q 71 77 78 84 Q 71 92 64 92 Q 57 92 50 84 Z", "#F0245E"), .. Shape.Stroke("M 54 84.5 Q 64 86.5 74 84.5", 2, "#8C0F38")]),
        new("moustache", [
            Shape.Fill("M 64 79 C 58 74 49 78 43 84 C 48 91 60 89 64 84 C 68 89 80 91 85 84 C 79 78 70 74 64 79 Z", "#F4F4F0"),
            .. Shape.Stroke("M 59 90 Q 64 92 69 90", 3, "#7C2030"),
        ]),
        new("tongue", [
            .. Shape.Stroke("M 49 80 Q 64 88 79 80", 4.5, "#1E1420"),
            Shape.Fill("M 58 84 L 72 84 L 72 90 Q 71 96 65 96 Q 58 96 58 90 Z", "#FF7FA5"),
        ]),
        new("whistle", [Shape.Ellipse(64, 85, 7.5, 7, "#FF9D2E"), Shape.Ellipse(64, 85, 4, 4, "#40121C")]),
    ];
}
