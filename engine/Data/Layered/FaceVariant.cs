namespace IconDiffusion.Data.Layered;

/// <summary>One drawing of a part.</summary>
/// <param name="Name">Unique in its layer, such as <c>bob</c>.</param>
/// <param name="Front">Its shapes at the layer's own depth, from the bottom up; none: the part is absent.</param>
public sealed record FaceVariant(string Name, IReadOnlyList<Shape> Front)
{
    /// <summary>Shapes right above the backdrop, such as hair behind the face.</summary>
    public IReadOnlyList<Shape> Back { get; init; } = [];
}
