namespace IconDiffusion.Data.Layered;

/// <summary>Pairs of eyes with their brows.</summary>
internal static class Eyes
{
    public static IReadOnlyList<FaceVariant> All { get; } =
    [
        new("wide", Pair(x => [Shape.Ellipse(x, 57, 8, 8.5, "#FFFFFF"), Shape.Ellipse(x, 57.5, 5, 5.5, "#2F6FD0"), Shape.Ellipse(x, 58, 2.5, 2.5, "#141826")])),
        new("dots", Pair(x => [Shape.Ellipse(x, 58, 5.5, 7, "#17141F"), Shape.Ellipse(x + 2, 55, 1.8, 1.8, "#FFFFFF")])),
        new("lidded", Pair(x => [
            Shape.Ellipse(x, 58, 8.5, 7.5, "#FFFFFF"),
            Shape.Ellipse(x, 60, 4.5, 4.5, "#1F8A4C"),
            Shape.Fill($"M {x - 9} 58 C {x - 9} 46 {x + 9} 46 {x + 9} 58 Z", "#B04FB5"),
        ])),
        new("happy", Pair(x => Shape.Stroke($"M {x - 7} 61 Q {x} 49 {x + 7} 61", 4.5, "#17141F"))),
        new("amber", Pair(x => [
            Shape.Fill($"M {x - 10} 58 Q {x} 45 {x + 10} 58 Q {x} 71 {x - 10} 58 Z", "#FFC21F"),
            Shape.Ellipse(x, 58, 2.6, 6, "#17141F"),
        ])),
        new("stars", Pair(x => [
            Shape.Ellipse(x, 57, 9, 9, "#12B5C9"),
            Shape.Fill($"M {x} 48.5 Q {x} 57 {x + 8.5} 57 Q {x} 57 {x} 65.5 Q {x} 57 {x - 8.5} 57 Q {x} 57 {x} 48.5 Z", "#FFFFFF"),
            Shape.Ellipse(x, 57, 3, 3, "#FFFFFF"),
        ])),
    ];

    private static IReadOnlyList<Shape> Pair(Func<double, IEnumerable<Shape>> eye) => [.. eye(51), .. eye(77)];
}
