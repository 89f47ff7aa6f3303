namespace IconDiffusion.Engine.Data.Layered;

/// <summary>Noses, in colours that no skin has, so that each can be told on every face.</summary>
internal static class Noses
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("button", [Shape.Ellipse(64, 70, 8, 7, "#E8334A"), Shape.Ellipse(67, 67, 2.2, 1.8, "#FFC2C8")]),
        new("plaster", [
            Shape.Fill("M 55 65 L 73 65 Q 76 69 73 73 L 55 73 Q 52 69 55 65 Z", "#BFE9FF"),
            Shape.Rectangle(60, 65, 8, 8, "#5BB7EA"),
        ]),
        new("cat", [Shape.Fill("M 55 65 Q 64 61 73 65 Q 69 74 64 75 Q 59 74 55 65 Z", "#1B1524")]),
        new("carrot", [Shape.Fill("M 56 65 Q 64 60 72 65 L 67 77 Q 64 79 61 77 Z", "#FFD21A"), Shape.Fill("M 56 65 Q 64 60 72 65 L 70.5 68.5 Q 64 65 57.5 68.5 Z", "#FFF09A")]),
        new("snout", [Shape.Ellipse(64, 69, 9.5, 6.5, "#FF86B4"), Shape.Ellipse(60.5, 69, 1.8, 2.6, "#B83A70"), Shape.Ellipse(67.5, 69, 1.8, 2.6, "#B83A70")]),
        new("clay", [Shape.Fill("M 60 58 L 68 58 L 72 72 Q 64 79 56 72 Z", "#3E55C4"), Shape.Fill("M 62 59 L 65 59 L 64 71 L 60 71 Z", "#7F93F0")]),
    ];
}
