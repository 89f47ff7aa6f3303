using System.Text.Json;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Specs.Tables;

/// <summary>A finished run with its reports.</summary>
/// <param name="Parts">Null: its icons' parts are unknown.</param>
public sealed record MethodRun(RunResult Result, NoveltyReport Novelty, RecombinationReport? Parts);

/// <summary>
/// Methods beside one another, as the preprint's slides compare them: what a person brings for each new picture, quality, novelty, whether pictures show what is asked for, and
/// time. Every cell is from a run's spec or was measured; none is judged. A table for each training set that more than one method learned from.
/// </summary>
public sealed class MethodComparison(IReadOnlyList<ComparedMethods> tables)
{
    /// <summary>What it is called where it is one of several sections.</summary>
    public const string Title = "Methods beside one another";

    private const string Shown = "asked-shown", ByChance = "asked-by-chance", Measured = "Minutes and seconds are those that the runs' own clocks counted while they worked, whatever else the machine did";

    private static readonly string[] Quality = ["fid", "kid", "copies", "mae"];

    /// <summary>The figures of a method.</summary>
    public static readonly EquatableList<string> Keys = [.. Quality, Shown, ByChance];

    private static readonly string[] CsvHeader =
    [
        "training_set", "training_icons", "image_size", "features", "method", "model", "new_picture_needs", "seeds",
        .. Keys.Select(key => key.Replace('-', '_')).Concat(["training_minutes", "minutes_before", "seconds_per_picture"]).SelectMany(key => (string[])[key, $"{key}_low", $"{key}_high"]), "devices",
    ];

    /// <summary>None: no training set has more than one method.</summary>
    public IReadOnlyList<ComparedMethods> Tables => tables;

    /// <summary>What there is to compare among runs.</summary>
    /// <param name="runs">Shown in this order.</param>
    public static MethodComparison Of(IReadOnlyList<MethodRun> runs)
    {
        // An experiment may have a run twice, and icons of one run drawn in several ways.
        MethodRun[] all = [.. runs.DistinctBy(run => (run.Result.RunId, run.Result.Spec))];
        var labels = RunLabels.Of(all.Select(run => run.Result.Spec));
        var minutes = all.DistinctBy(run => run.Result.RunId).ToDictionary(run => run.Result.RunId, run => run.Result.Training.Time.TotalMinutes);
        return new(
        [
            .. all.GroupBy(run => (run.Result.DatasetFingerprint, run.Novelty.Features))
                .Where(table => table.Select(run => run.Result.Spec.Method).Distinct().Count() > 1)
                .Select(table => new ComparedMethods
                {
                    DatasetFingerprint = table.Key.DatasetFingerprint,
                    TrainingCount = table.First().Novelty.TrainingCount,
                    ImageSize = table.First().Novelty.ImageSize,
                    Features = table.Key.Features,
                    Methods = [.. table.GroupBy(run => (Label: labels[run.Result.Spec], run.Result.Spec.Dataset)).Select(group => MethodOf([.. group], group.Key.Label, minutes))],
                }),
        ]);
    }

    /// <summary>The columns of a table.</summary>
    public static IReadOnlyList<string> Header(ComparedMethods table) =>
    [
        "method", "model", "a new picture needs", "seeds", .. Quality.Select(key => FigureText.Label(key, table.Features)), "asked for and shown",
        "training, minutes", .. HasBefore(table) ? (string[])["before it, minutes"] : [], "a picture, seconds", .. Devices(table).Count > 1 ? (string[])["device"] : [],
    ];

    /// <summary>The rows as text, a column for each of <see cref="Header"/>.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Cells(ComparedMethods table) => [.. table.Methods.Select(method => (IReadOnlyList<string>)
    [
        method.Method, method.Label, NameOf(method.Input), $"{method.Seeds.Count}", .. Quality.Select(key => Text(Of(method, key))), Answer(method),
        Text(method.TrainingMinutes), .. HasBefore(table) ? (string[])[method.MinutesBefore is { Value: null } ? "not known" : Text(method.MinutesBefore)] : [],
        Text(method.SecondsPerPicture), .. Devices(table).Count > 1 ? (string[])[string.Join(", ", method.Devices)] : [],
    ])];

    /// <summary>What a reader must know of the cells, a sentence or two each.</summary>
    public static IReadOnlyList<string> Notes(ComparedMethods table) =>
    [
        $"All learned from the same {table.TrainingCount} icons of {table.ImageSize} px.",
        .. table.Methods.Any(method => method.Seeds.Count == 1) ? (string[])["Of one seed: in brackets the 95 % interval over icons, behind ± the standard deviation over subsets of them."] : [],
        .. table.Methods.Any(method => method.Seeds.Count > 1) ? (string[])["Of several seeds: the median, in brackets the least and the greatest."] : [],
        .. table.Methods.Any(method => Of(method, Shown) is not null) ? (string[])["Asked for and shown: the share of the parts asked for that icons show."] : [],
        .. HasBefore(table) ? (string[])["Before it: the training of the runs whose weights it starts from, or whose icons it enlarges."] : [],
        Devices(table) is [var device] ? $"{Measured}: {device}." : $"{Measured}. They were scored on different devices, so minutes and seconds of different devices do not compare.",
    ];

    /// <summary>Text that ends with a line break; empty, if nothing is to be compared and it is no JSON or CSV.</summary>
    public string Write(TableFormat format) => format switch
    {
        TableFormat.Json => JsonSerializer.Serialize(tables, SpecJson.Indented) + "\n",
        TableFormat.Csv => TableText.Csv(CsvHeader, tables.SelectMany(table => table.Methods.Select(method => Line(table, method)))),
        _ => string.Join("\n", tables.Select(table => Written(table, format))),
    };

    private static string Written(ComparedMethods table, TableFormat format) => format switch
    {
        TableFormat.Markdown => $"## {Title}\n\n{TableText.Markdown(Header(table), Cells(table), Notes(table))}",
        TableFormat.Latex => $"\\paragraph{{{Title}}}\n\n{TableText.Latex(Header(table), Cells(table), Notes(table))}",
        TableFormat.Html => TableText.Html(Header(table), Cells(table), Notes(table)),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Wanted one of the formats."),
    };

    // For machines: every figure as it is.
    private static object?[] Line(ComparedMethods table, ComparedMethod method) =>
    [
        table.DatasetFingerprint, table.TrainingCount, table.ImageSize, table.Features, method.Method, method.Label, NameOf(method.Input), string.Join(" ", method.Seeds),
        .. Keys.Select(key => Of(method, key)).Concat([method.TrainingMinutes, method.MinutesBefore, method.SecondsPerPicture]).SelectMany(figure => (object?[])[figure?.Value, figure?.Low, figure?.High]),
        string.Join("; ", method.Devices),
    ];

    private static ComparedMethod MethodOf(MethodRun[] runs, string label, Dictionary<string, double> minutes)
    {
        var spec = runs[0].Result.Spec;
        return new()
        {
            Method = spec.Method,
            Label = label,
            Input = spec.Input,
            Runs = [.. runs.Select(run => run.Result.RunId)],
            Seeds = [.. runs.Select(run => run.Result.Spec.Seed)],
            Figures = [.. Keys.Select(key => Together(key, [.. runs.Select(run => Measure(run, key))])).OfType<Figure>()],
            TrainingMinutes = Together("training-minutes", [.. runs.Select(run => new Figure("training-minutes", run.Result.Training.Time.TotalMinutes))])!,
            MinutesBefore = runs.Any(run => Before(run.Result).Any()) ? Together("minutes-before", [.. runs.Select(run => new Figure("minutes-before", MinutesOf(Before(run.Result), minutes)))]) ?? new("minutes-before", null) : null,
            SecondsPerPicture = Together("seconds-per-picture", [.. runs.Select(run => run.Result.Sampling is { Count: > 0, Time: var time } drawn && time > TimeSpan.Zero ? new Figure("seconds-per-picture", time.TotalSeconds / drawn.Count) : null)]),
            Devices = [.. runs.Select(run => run.Result.Provenance).Select(machine => $"{machine.Device}, {machine.Threads} threads").Distinct()],
        };
    }

    private static Figure? Measure(MethodRun run, string key) =>
        run.Novelty.Rows.First(row => !row.IsControl).Figures.Concat(run.Parts?.Figures ?? []).FirstOrDefault(figure => figure.Key == key);

    // The runs that it could not be without; null: weights that no run here has made. Content icons nobody had to train.
    private static IEnumerable<string?> Before(RunResult result) =>
        (result.Training.Origins ?? []).Where(origin => !origin.IsContent).Select(origin => origin.Run).Concat(result.Spec.Bases.Select(below => below.Run));

    // Null: not of all of them.
    private static double? MinutesOf(IEnumerable<string?> runs, Dictionary<string, double> minutes)
    {
        double?[] each = [.. runs.Distinct().Select(run => run is not null && minutes.TryGetValue(run, out var time) ? time : (double?)null)];
        return each.Contains(null) ? null : each.Sum();
    }

    // Null: it was not measured of all runs.
    private static Figure? Together(string key, Figure?[] ofRuns)
    {
        double[] values = [.. ofRuns.Select(figure => figure?.Value).OfType<double>().Order()];
        if (values.Length == 0 || values.Length < ofRuns.Length) return null;
        return ofRuns is [var only] ? only : new(key, (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2, values[0], values[^1]);
    }

    private static Figure? Of(ComparedMethod method, string key) => method.Figures.FirstOrDefault(figure => figure.Key == key);

    private static bool HasBefore(ComparedMethods table) => table.Methods.Any(method => method.MinutesBefore is not null);

    private static IReadOnlyList<string> Devices(ComparedMethods table) => [.. table.Methods.SelectMany(method => method.Devices).Distinct()];

    private static string NameOf(PictureInput input) => input switch
    {
        PictureInput.Nothing => "nothing",
        PictureInput.Tags => "tags",
        PictureInput.ContentPicture => "a content picture",
        _ => throw new ArgumentOutOfRangeException(nameof(input), input, "Wanted one of the inputs."),
    };

    private static string Answer(ComparedMethod method) => Of(method, Shown) is not { } shown ? "not measured"
        : Of(method, ByChance) is { } chance ? $"{FigureText.WithInterval(shown)}, by chance {FigureText.Value(chance)}" : FigureText.WithInterval(shown);

    private static string Text(Figure? figure) =>
        figure is { Low: null, Spread: { } spread } ? $"{FigureText.Value(figure)} ± {FigureText.Value(spread, "")}" : FigureText.WithInterval(figure);
}
