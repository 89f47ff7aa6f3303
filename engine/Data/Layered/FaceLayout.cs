using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// Where a face's parts lie: how far each is moved from its place in the middle of the layout's range, in 1/128 of the icon's side, to
/// the right and down. The head moves as a whole; eyes, nose and mouth move over it, which changes the face's proportions.
/// </summary>
/// <param name="Moves">One for each <see cref="FaceLayer"/>.</param>
public sealed record FaceLayout(EquatableList<PartMove> Moves)
{
    // How far the head moves at most, and each part beside that: right, down.
    private const int Head = 3;

    private static readonly (bool OnHead, int X, int Y)[] Ranges =
    [
        (false, 0, 0), // The backdrop fills the icon.
        (true, 0, 0),
        (false, 3, 2),
        (true, 1, 2),
        (true, 1, 1),
        (true, 1, 2),
        (true, 1, 1),
        (true, 1, 1),
    ];

    /// <summary>Every part in its place.</summary>
    public static FaceLayout Centred { get; } = new([.. Ranges.Select(_ => new PartMove(0, 0))]);

    public PartMove this[FaceLayer layer] => Moves[(int)layer];

    /// <summary>How far a layer's parts can lie from their place: to the left and to the right, up and down.</summary>
    public static PartMove Farthest(FaceLayer layer)
    {
        var (onHead, x, y) = Ranges[(int)layer];
        return onHead ? new(x + Head, y + Head) : new(x, y);
    }

    internal static FaceLayout Draw(SplitMix64 random)
    {
        var head = Within(Head, Head);
        var moves = new List<PartMove>();
        foreach (var (onHead, x, y) in Ranges)
        {
            var own = Within(x, y);
            moves.Add(onHead ? new(head.X + own.X, head.Y + own.Y) : own);
        }
        return new([.. moves]);

        PartMove Within(int x, int y) => new(random.Below((2 * x) + 1) - x, random.Below((2 * y) + 1) - y);
    }
}

/// <summary>A move to the right and down, 1/128 of the icon's side.</summary>
public readonly record struct PartMove(int X, int Y);
