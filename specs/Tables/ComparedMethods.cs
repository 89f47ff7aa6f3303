using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Specs.Tables;

/// <summary>Several methods that learned from the same icons and are seen by the same feature network.</summary>
public sealed record ComparedMethods
{
    public required string DatasetFingerprint { get; init; }

    /// <summary>Training icons, repetitions counted.</summary>
    public required int TrainingCount { get; init; }

    /// <summary>Side of the icons in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The network behind the figures of features, as results label it.</summary>
    public required string Features { get; init; }

    /// <summary>In the order of the experiment's runs.</summary>
    public required EquatableList<ComparedMethod> Methods { get; init; }
}

/// <summary>
/// What was measured of one method: of one run, or of several that differ in their seed alone. Of several runs a figure's value is their median, its ends are
/// the least and the greatest of them; of one run they are what its report says.
/// </summary>
public sealed record ComparedMethod
{
    /// <inheritdoc cref="RunSpec.Method"/>
    public required string Method { get; init; }

    /// <inheritdoc cref="RunSpec.Label"/>
    public required string Label { get; init; }

    /// <inheritdoc cref="RunSpec.Input"/>
    public required PictureInput Input { get; init; }

    /// <summary>The runs, in the order of <see cref="Seeds"/>.</summary>
    public required EquatableList<string> Runs { get; init; }

    public required EquatableList<int> Seeds { get; init; }

    /// <summary>Those of <see cref="MethodComparison.Keys"/> that were measured.</summary>
    public required EquatableList<Figure> Figures { get; init; }

    /// <summary>Minutes that training worked.</summary>
    public required Figure TrainingMinutes { get; init; }

    /// <summary>Minutes that the runs before it worked, whose weights it starts from or whose icons it enlarges; no value: they are not known. Null: there are none.</summary>
    public Figure? MinutesBefore { get; init; }

    /// <summary>Seconds of drawing for each icon; null: no time was counted, since the icons were there already.</summary>
    public Figure? SecondsPerPicture { get; init; }

    /// <summary>What scored the runs, with its threads.</summary>
    public required EquatableList<string> Devices { get; init; }
}
