using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// What the looks so far say of a training's safe window: the steps from where quality has arrived to where the network begins to copy its
/// training icons. The rules are decision 13's.
/// </summary>
public sealed record TrainingWindow
{
    public required WindowState State { get; init; }

    /// <summary>Step of the newest look.</summary>
    public required long Step { get; init; }

    /// <summary>Looks so far.</summary>
    public required int Looks { get; init; }

    /// <summary>Where quality arrived; null: it is not known to have.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepSpan? Quality { get; init; }

    /// <summary>Where copying beyond chance began; null: it has not been seen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepSpan? Copying { get; init; }

    /// <summary>Step of the look with the best quality among those before copying that show no more copies than chance does; null: there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Best { get; init; }

    /// <summary>Step of the weights that are the run's result; null: training goes on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Result { get; init; }

    /// <summary>Icons of the newest look that are called copies.</summary>
    public required int Copies { get; init; }

    /// <summary>Icons of the newest look.</summary>
    public required int Icons { get; init; }

    /// <summary>Held-out icons that quality is told by; 0: none, so it is told by the training icons, which a copier comes near to as well.</summary>
    public required int HeldOut { get; init; }

    /// <summary>The same in words: one line while training goes on, then a sentence on the result.</summary>
    public string Text => WindowText.OfResult(this) ?? WindowText.Of(this);

    /// <summary>Whether the window is surely over: more training only copies more.</summary>
    [JsonIgnore]
    public bool IsOver => Copying is not null;

    /// <summary>Where a step lies.</summary>
    public WindowPlace PlaceOf(long step) =>
        Copying is { } copying && step >= copying.By ? WindowPlace.After
        : Quality is { } quality && step >= quality.By ? WindowPlace.Inside
        : WindowPlace.Before;
}

/// <summary>Between two looks: after the one, by the other.</summary>
/// <param name="After">The last look at which it was not so; 0: there was none.</param>
/// <param name="By">The first look at which it is.</param>
public sealed record StepSpan(long After, long By);

/// <summary>How a training stands to its safe window.</summary>
public enum WindowState
{
    /// <summary>Quality is not known to have arrived, and nothing is copied beyond chance. At the end of a budget: the window did not open within it.</summary>
    Ahead,

    /// <summary>Quality has arrived, and nothing is copied beyond chance. At the end of a budget: the window did not close within it.</summary>
    Open,

    /// <summary>Quality arrived first, then copying began.</summary>
    Closed,

    /// <summary>Copying began before quality had arrived: the window never opens for so few icons.</summary>
    NeverOpens,
}

/// <summary>Where a network lies by its steps.</summary>
public enum WindowPlace { Before, Inside, After }
