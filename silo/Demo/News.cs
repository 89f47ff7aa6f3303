namespace IconDiffusion.Silo.Demo;

/// <summary>What somebody who asked for an icon is told next: one server-sent event, whose type is <see cref="Kind"/>.</summary>
/// <param name="Kind"><c>waiting</c>, <c>drawing</c>, and the last one: <c>icon</c>, <c>none</c>, <c>failed</c> or <c>closed</c>.</param>
internal sealed record News(string Kind)
{
    /// <summary>Icons that are drawn before.</summary>
    public int? Before { get; init; }

    /// <summary>About how long that takes, seconds; null: none has been drawn yet.</summary>
    public int? Seconds { get; init; }

    /// <summary>The part that is drawn, 0…1.</summary>
    public double? Part { get; init; }

    /// <summary>The icon's number.</summary>
    public int? Number { get; init; }

    /// <summary>The icon, a PNG file; base64 on the wire.</summary>
    public byte[]? Png { get; init; }

    /// <summary>The status that a new request would get.</summary>
    public int? Status { get; init; }

    /// <summary>Why there is no icon.</summary>
    public string? Sentence { get; init; }
}
