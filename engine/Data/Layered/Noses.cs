namespace IconDiffusion.Data.Layered;

/// <summary>Noses, in colours that no skin has, so that each can be told on every face.</summary>
internal static class Noses
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("button", [Shape.Ellipse(64, 71, 8, 7, "#E8334A"), Shape.Ellipse(67, 68, 2.2, 1.8, "#FFC2C8")]),
        new("plaster", [
            Shape.Fill("M 55 66 L 73 66 Q 76 71 73 76 L 55 76 Q 52 71 55 66 Z", "#BFE9FF"),
            Shape.Rectangle(60, 66, 8, 10, "#5BB7EA"),
        ]),
        new("cat", [Shape.Fill("M 54 66 Q 64 62 74 66 Q 71 76 64 78 Q 57 76 54 66 Z", "#1B1524")]),
        new("carrot", [Shape.Fill("M 56 65 Q 64 60 72 65 L 67 77 Q 64 79 61 77 Z", "#FFD21A"), Shape.Fill("M 56 65 Q 64 60 72 65 L 70.5 68.5 Q 64 65 57.5 68.5 Z", "#FFF09A")]),
        new("snout", [Shape.Ellipse(64, 71, 9.5, 6.5, "#FF86B4"), Shape.Ellipse(60.5, 71, 1.8, 2.6, "#B83A70"), Shape.Ellipse(67.5, 71, 1.8, 2.6, "#B83A70")]),
        new("clay", [Shape.Fill("M 60 58 L 68 58 L 72 72 Q 64 79 56 72 Z", "#3E55C4"), Shape.Fill("M 62 59 L 65 59 L 64 71 L 60 71 Z", "#7F93F0")]),
    ];
}
