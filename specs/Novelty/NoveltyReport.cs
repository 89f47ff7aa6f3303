using System.Text.Json;
using System.Text.Json.Serialization;

namespace IconDiffusion.Specs.Novelty;

/// <summary>
/// Whether a set of generated icons copies the icons it was trained on: every figure beside the same figure of controls whose answer
/// is known, calibrated on how far training icons lie from one another.
/// </summary>
public sealed record NoveltyReport
{
    /// <summary>Lies beside a run's result.</summary>
    public const string FileName = "novelty.json";

    /// <summary>The page that is made of reports.</summary>
    public const string PageFile = "report.html";

    /// <summary>What the generated icons are of: a model's label, or a folder.</summary>
    public required string Title { get; init; }

    public required NoveltySettings Settings { get; init; }

    /// <summary>Training icons, repetitions counted.</summary>
    public required int TrainingCount { get; init; }

    public required int GeneratedCount { get; init; }

    /// <summary>Icons of the training set's source that were never trained on; 0: none were set aside, and what needs them says so.</summary>
    public required int HeldOutCount { get; init; }

    public required int ImageSize { get; init; }

    /// <summary>Which network the features are from.</summary>
    public required string Features { get; init; }

    public required CopyVerdict Verdict { get; init; }

    /// <summary>The generated icons first, then the controls.</summary>
    public required EquatableList<NoveltyRow> Rows { get; init; }

    /// <summary>How far the training icons lie from one another, leave-one-out, duplicates taken as one icon: one list for each space.</summary>
    public required EquatableList<SpaceDistances> Calibration { get; init; }

    /// <summary>One entry for each generated icon, in order.</summary>
    public required EquatableList<IconNovelty> Icons { get; init; }

    /// <summary>Training icons that are the same picture as another one, exactly, nearly or mirrored.</summary>
    public required EquatableList<TrainingDuplicates> Duplicates { get; init; }

    /// <summary>Why figures must not be compared with published ones, and what was left out; empty: nothing.</summary>
    public required EquatableList<string> Notes { get; init; }

    /// <summary>Reads the report beside a run's result; null: none was made.</summary>
    /// <exception cref="JsonException">The file is no report of this version.</exception>
    public static NoveltyReport? Read(string folder) =>
        Path.Combine(folder, FileName) is var path && File.Exists(path) ? JsonSerializer.Deserialize<NoveltyReport>(File.ReadAllText(path), SpecJson.Indented) : null;
}

/// <summary>What the figures of a report depend on beside the icons.</summary>
public sealed record NoveltySettings
{
    /// <summary>Neighbours that span the manifolds of precision, recall, density and coverage.</summary>
    public int Neighbours { get; init; } = 5;

    /// <summary>Resamples behind each interval.</summary>
    public int Bootstrap { get; init; } = 1000;

    /// <summary>Largest shift that alignment tries, pixels in every direction, at 128 px; less at smaller sizes in proportion.</summary>
    public int MaxShift { get; init; } = 8;

    /// <summary>The part of training icons that may lie closer to one another than a copy does.</summary>
    public double CopyQuantile { get; init; } = 0.01;

    /// <summary>Starts the random streams of subsets, resamples and controls.</summary>
    public int Seed { get; init; } = 3407;
}

/// <summary>A way to tell how far two icons are apart.</summary>
public enum DistanceSpace
{
    /// <summary>Mean absolute difference over RGB, 0…255, as in the preprint.</summary>
    Pixel,

    /// <summary>The least of <see cref="Pixel"/> over mirroring and shifts, backgrounds made equal.</summary>
    Aligned,

    /// <summary>1 − cosine of the feature network's features.</summary>
    Feature,

    /// <summary>1 − cosine of the features of a copy-detection network that the user supplied.</summary>
    Descriptor,
}

/// <summary>Distances to the nearest icon of the training set, in one space.</summary>
/// <param name="Values">One for each icon of a set, in its order.</param>
public sealed record SpaceDistances(DistanceSpace Space, EquatableList<double> Values);

/// <summary>One set of icons against the training set.</summary>
/// <param name="Kind">Which set it is.</param>
/// <param name="IsControl">Whether the right answer is known beforehand.</param>
/// <param name="Count">Icons in it.</param>
/// <param name="Copies">How many of them the verdict's rule calls copies.</param>
public sealed record NoveltyRow(
    [property: JsonPropertyName("name")] SetKind Kind, bool IsControl, int Count, int Copies, EquatableList<Figure> Figures, EquatableList<SpaceDistances> Distances)
{
    /// <summary>A heading, such as <c>shifted copy</c>.</summary>
    [JsonIgnore]
    public string Name => Kind.Name();
}

/// <summary>One figure with all that it rests on.</summary>
/// <param name="Key">Names it in every format, such as <c>ct-aligned</c>.</param>
/// <param name="Value">Null: it can't be computed, and <paramref name="Note"/> says why.</param>
/// <param name="Low">Lower end of the 95 % bootstrap interval over icons; null: the figure has none.</param>
/// <param name="High">Upper end.</param>
/// <param name="N">Icons of the set.</param>
/// <param name="M">Icons that it is compared with.</param>
/// <param name="K">Neighbours, subset size or whatever else the definition leaves open; null: nothing.</param>
/// <param name="Spread">Standard deviation over subsets, where the figure is a mean over them.</param>
public sealed record Figure(
    string Key, double? Value, double? Low = null, double? High = null, int N = 0, int M = 0, int? K = null, double? Spread = null, string? Note = null);

/// <summary>The report's answer: a rule in words, and how often it was met.</summary>
/// <param name="Sentence">Such as: Copies found: 17 of 1024 icons lie closer to one training icon than 99 % of training icons lie to each other.</param>
/// <param name="Threshold">The aligned distance below which an icon counts as a copy, 0…255.</param>
/// <param name="Checks">The sentences of <see cref="RuleCheck.Of(NoveltyReport)"/>.</param>
public sealed record CopyVerdict(string Sentence, int Copies, int Count, double Threshold, EquatableList<string> Checks)
{
    /// <summary>What a verdict on so many copies begins with.</summary>
    public static string Heading(int copies) => copies == 0 ? "No copies found" : copies == 1 ? "One copy found" : "Copies found";
}

/// <summary>One generated icon.</summary>
/// <param name="Icon">Its number.</param>
/// <param name="IsCopy">By the verdict's rule.</param>
/// <param name="Nearest">Its nearest training icon in each space.</param>
/// <param name="Sources">Where its patches come from.</param>
public sealed record IconNovelty(int Icon, bool IsCopy, EquatableList<NearestIcon> Nearest, PatchSources Sources);

/// <summary>The training icon nearest to a generated one.</summary>
/// <param name="Index">In the training set, from 0.</param>
/// <param name="Second">Distance to the second nearest training icon that is another picture; null: there is none.</param>
/// <param name="Percentile">0…100: how many of the training icons have a nearer neighbour of their own; null: there is one training icon alone.</param>
/// <param name="Mirrored">Whether it is nearest with left and right swapped.</param>
/// <param name="ShiftX">How far the training icon is moved to the right to match, pixels.</param>
/// <param name="ShiftY">How far down.</param>
public sealed record NearestIcon(
    DistanceSpace Space, int Index, string Name, double Distance, double? Second, double? Percentile, bool Mirrored = false, int ShiftX = 0, int ShiftY = 0);

/// <summary>The training icons that an icon's patches resemble most.</summary>
/// <param name="Distinct">How many different training icons.</param>
/// <param name="LargestShare">Part of the patches (0…1) that the most frequent one has.</param>
/// <param name="Map">Patch by patch; null: not kept for this icon.</param>
public sealed record PatchSources(int Distinct, double LargestShare, PatchMap? Map = null);

/// <summary>A square grid over an icon.</summary>
/// <param name="Side">Patches in a row and in a column.</param>
/// <param name="Icons">The training icon of each patch, row by row; −1: the patch shows background alone.</param>
/// <param name="Distances">Mean absolute difference to it, 0…255.</param>
public sealed record PatchMap(int Side, EquatableList<int> Icons, EquatableList<double> Distances);

/// <summary>Training icons that are one picture, and how many generated icons are copies of it.</summary>
/// <param name="Icons">Their indices.</param>
/// <param name="Copies">Generated icons that the verdict's rule calls copies of one of them.</param>
public sealed record TrainingDuplicates(EquatableList<int> Icons, int Copies);
