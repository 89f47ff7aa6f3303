namespace IconDiffusion.Specs.Novelty;

/// <summary>What is done to real icons to see which figures notice.</summary>
public enum Disturbance
{
    /// <summary>Gaussian blur; strength: its standard deviation as a share of the icon's side.</summary>
    Blur,

    /// <summary>Gaussian noise on every channel; strength: its standard deviation, levels of 255.</summary>
    Noise,

    /// <summary>A square filled with the background, somewhere in each icon; strength: its side as a share of the icon's.</summary>
    Erasure,

    /// <summary>A few icons in place of many, over and over; strength: their share.</summary>
    Collapse,

    /// <summary>Training icons among the new ones; strength: their share.</summary>
    Copying,

    /// <summary>Icons by another artist among the new ones; strength: their share.</summary>
    Mixing,
}

/// <summary>How a figure's mean moves as a disturbance grows.</summary>
public enum Movement
{
    /// <summary>Not one strength is told from none.</summary>
    Still,

    Up,

    Down,

    /// <summary>It turns round by more than its scatter without any disturbance.</summary>
    BackAndForth,
}

/// <summary>What a calibration is made with.</summary>
public sealed record CalibrationSettings
{
    /// <summary>Icons that play the training set; at most a third of all.</summary>
    public int TrainingCount { get; init; } = 158;

    /// <summary>Icons that are held out in each repeat, for C_T; at most a sixth of the rest.</summary>
    public int HeldOutCount { get; init; } = 60;

    /// <summary>Icons of the sets that are measured; at most half of the rest.</summary>
    public EquatableList<int> Sizes { get; init; } = [128, 1024];

    /// <summary>Sets drawn for each strength.</summary>
    public int Repeats { get; init; } = 10;

    /// <summary>Icons that a collapsed set repeats.</summary>
    public int CollapsedTo { get; init; } = 10;

    public int Seed { get; init; } = 3407;
}

/// <summary>How the figures of one feature network answer to known disturbances of real icons.</summary>
public sealed record CalibrationResult
{
    /// <summary>The set's name.</summary>
    public required string Training { get; init; }

    /// <summary>The other artist's set; null: none was there.</summary>
    public string? Other { get; init; }

    /// <summary>SHA-256 over the pixels of the set.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The network's label, as in <see cref="Scores.Features"/>.</summary>
    public required string Features { get; init; }

    public required int ImageSize { get; init; }

    /// <summary>Icons of the set: the training icons, which stay the same, and the rest, from which sets are drawn.</summary>
    public required int Count { get; init; }

    /// <summary>With the counts that were possible.</summary>
    public required CalibrationSettings Settings { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>In the order of figures, disturbances and sizes.</summary>
    public required EquatableList<FigureResponse> Responses { get; init; }

    /// <summary>The response of a figure; null: it was not measured.</summary>
    public FigureResponse? Find(string figure, Disturbance disturbance, int count) =>
        Responses.FirstOrDefault(each => each.Figure == figure && each.Disturbance == disturbance && each.Count == count);
}

/// <summary>One figure under one disturbance, for sets of one size.</summary>
/// <param name="Figure">As in <see cref="FigureCatalogue"/>.</param>
/// <param name="Count">Icons of a set.</param>
/// <param name="Points">From no disturbance on, by strength.</param>
/// <param name="Movement">Of the means.</param>
/// <param name="Smallest">The smallest strength whose interval does not meet that of no disturbance; null: none.</param>
public sealed record FigureResponse(
    string Figure, Disturbance Disturbance, int Count, EquatableList<ResponsePoint> Points, Movement Movement, double? Smallest)
{
    /// <summary>Reads movement and smallest strength off the points.</summary>
    /// <param name="points">The first without disturbance.</param>
    /// <param name="scatter">Standard deviation over repeats without disturbance: the mean may go back by so much.</param>
    public static FigureResponse Of(string figure, Disturbance disturbance, int count, EquatableList<ResponsePoint> points, double scatter)
    {
        var none = points[0];
        var told = points.Skip(1).Where(point => point.Low > none.High || point.High < none.Low).ToList();
        var sign = Math.Sign(points[^1].Mean - none.Mean);
        var back = points.Zip(points.Skip(1), (before, after) => sign * (before.Mean - after.Mean)).Max();
        var movement = told.Count == 0 ? Movement.Still : back > scatter ? Movement.BackAndForth : sign > 0 ? Movement.Up : Movement.Down;
        return new(figure, disturbance, count, points, movement, told.Count == 0 ? null : told[0].Strength);
    }
}

/// <summary>A figure at one strength, over repeats.</summary>
/// <param name="Low">Lower end of the 95 % interval over repeats.</param>
/// <param name="High">Upper end.</param>
public sealed record ResponsePoint(double Strength, double Mean, double Low, double High);
