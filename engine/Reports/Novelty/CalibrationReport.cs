using System.Globalization;
using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Novelty;

/// <summary>A calibration as a table and as a chart: which figure notices what, from which strength on.</summary>
public sealed class CalibrationReport(CalibrationResult result)
{
    private const string Resource = "calibration.json";

    private const string Style =
        "text{font:12px system-ui,sans-serif;fill:#1c1f23}.small{font-size:11px;fill:#5a6068}.head{font-size:14px;font-weight:600}.paper{fill:#fdfcfa}.grid{stroke:#e2ded7}.axis{stroke:#8b9199}" +
        ".m0{stroke:#0072b2;fill:#0072b2}.m1{stroke:#e69f00;fill:#e69f00}.m2{stroke:#009e73;fill:#009e73}.m3{stroke:#d55e00;fill:#d55e00}.m4{stroke:#cc79a7;fill:#cc79a7}.m5{stroke:#1c1f23;fill:none}" +
        ".curve{fill:none;stroke-width:1.5}.mark{stroke-width:1.5}";

    // What a chart of six panels still shows apart.
    private static readonly string[] Drawn = ["fid", "kid", "coverage", "ct-aligned", "copies", "nwi"];

    private readonly Disturbance[] _disturbances = [.. result.Responses.Select(each => each.Disturbance).Distinct()];

    /// <summary>The calibration that comes with the program; null: there is none of that network.</summary>
    /// <param name="features">A result's label of its network.</param>
    public static CalibrationResult? Shipped(string features)
    {
        using var stream = typeof(CalibrationReport).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly holds no '{Resource}'; wanted it embedded.");
        return JsonSerializer.Deserialize<CalibrationResult>(stream, SpecJson.Indented) is { } shipped && shipped.Features == features ? shipped : null;
    }

    /// <summary>The columns' heads.</summary>
    public IReadOnlyList<string> Header => ["figure", .. _disturbances.Select(Name)];

    /// <summary>For each figure how it moves, and the smallest strength that it tells from none, for sets of each size.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Cells => CellsOf([.. result.Responses.Select(each => each.Figure).Distinct()]);

    /// <summary>What the table is of, and how to read it.</summary>
    public IReadOnlyList<string> Notes =>
    [
        string.Create(CultureInfo.InvariantCulture,
            $"{result.Count} icons of {result.Training} at {result.ImageSize} px, {result.MadeAt:yyyy-MM-dd}; {result.Settings.TrainingCount} play the training set, sets of n = {Sizes(" and ")} are drawn from the rest, {result.Settings.Repeats} for each strength, {result.Settings.HeldOutCount} icons held out beside each"),
        $"↑ and ↓: the mean moves that way; ↕: it turns round by more than its scatter; then the smallest strength whose 95 % interval over draws is apart from that of none, for n = {Sizes(" / ")}; {FigureText.None}: none is",
        "intervals are widened for drawing from a finite pool; the training icons are the same in all draws",
        string.Join("; ", _disturbances.Select(each => $"{Name(each)}: {Meaning(each)}")),
    ];

    /// <summary>What the calibration says of NWI; null: it was not measured, or the order is right.</summary>
    public string? Nwi
    {
        get
        {
            if (result.Find("nwi", Disturbance.Copying, result.Settings.Sizes[^1]) is not { Points: [var none, .., var all] } || all.Mean <= none.Mean) return null;
            return $"NWI ranks a copying machine first: sets of new icons by the same artist have an NWI of {FigureText.Rounded(none.Mean)} [{FigureText.Rounded(none.Low)}, {FigureText.Rounded(none.High)}], " +
                $"sets of training icons alone {FigureText.Rounded(all.Mean)} [{FigureText.Rounded(all.Low)}, {FigureText.Rounded(all.High)}], and higher is meant to be better.";
        }
    }

    /// <summary>The table as text that ends with a line break.</summary>
    public string Write(TableFormat format) => format switch
    {
        TableFormat.Markdown => TableText.Markdown(Header, Cells, Notes),
        TableFormat.Html => TableText.Html(Header, Cells, Notes),
        TableFormat.Latex => TableText.Latex(Header, Cells, Notes),
        TableFormat.Csv => TableText.Csv(["figure", "disturbance", "n", "strength", "mean", "low", "high", "features"], result.Responses.SelectMany(each => each.Points.Select(point =>
            (object?[])[each.Figure, each.Disturbance, each.Count, point.Strength, point.Mean, point.Low, point.High, result.Features]))),
        TableFormat.Json => JsonSerializer.Serialize(result, SpecJson.Compact) + "\n",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Wanted one of the formats."),
    };

    /// <summary>Writes calibration.json, .md, .csv and .svg, each all or not at all.</summary>
    public void Write(string folder)
    {
        foreach (var (format, extension) in new[] { (TableFormat.Json, "json"), (TableFormat.Markdown, "md"), (TableFormat.Csv, "csv") })
            AtomicFile.WriteAllText(Path.Combine(folder, $"calibration.{extension}"), Write(format));
        AtomicFile.WriteAllText(Path.Combine(folder, "calibration.svg"), Chart());
    }

    internal IReadOnlyList<IReadOnlyList<string>> CellsOf(string[] keys) =>
        [.. keys.Select(key => (string[])[FigureText.Label(key, result.Features), .. _disturbances.Select(each => Cell(key, each))])];

    /// <summary>A panel for each disturbance: how far some figures move, in half-widths of their interval without it, for the largest sets.</summary>
    internal string Chart()
    {
        const int Wide = 300, High = 210, Left = 46, Top = 64;
        string[] keys = [.. Drawn.Where(key => result.Responses.Any(each => each.Figure == key))];
        var (columns, rows) = (Math.Min(3, _disturbances.Length), (_disturbances.Length + 2) / 3);
        var chart = new SvgChart((columns * Wide) + 20, Top + (rows * High) + 10, "How figures answer to disturbances of real icons", Notes[0]);
        chart.Rect(0, 0, chart.Width, chart.Height, "paper");
        foreach (var (i, key) in keys.Index())
        {
            var x = 16 + (i * (chart.Width - 20) / keys.Length);
            chart.Marker(x, 20, i, $"mark m{i}");
            chart.Text(x + 10, 24, FigureText.Label(key, result.Features), css: "small");
        }
        chart.Text(10, 46, $"change over none in half-widths of none's 95 % interval, n = {result.Settings.Sizes[^1]}; between the thick lines no difference is seen", css: "small");
        foreach (var (place, disturbance) in _disturbances.Index())
        {
            var (left, top) = ((place % 3 * Wide) + Left, Top + (place / 3 * High) + 22);
            var (width, floor) = (Wide - Left - 14, High - 62);
            chart.Text(left, top - 8, Name(disturbance), css: "head");
            foreach (var tick in (double[])[-100, -10, -1, 0, 1, 10, 100])
            {
                chart.Line(left, Y(tick), left + width, Y(tick), Math.Abs(tick) == 1 ? "axis" : "grid");
                chart.Text(left - 6, Y(tick) + 4, Ticks.Text(tick), "end", "small");
            }
            double[] strengths = [.. result.Responses.Where(each => each.Disturbance == disturbance).MaxBy(each => each.Points.Count)!.Points.Select(point => point.Strength)];
            foreach (var (i, strength) in strengths.Index())
                chart.Text(X(i), top + floor + 16, FigureText.Value(strength, Unit(disturbance)), "middle", "small");
            foreach (var (i, key) in keys.Index())
            {
                if (result.Find(key, disturbance, result.Settings.Sizes[^1]) is not { } response) continue;
                var none = response.Points[0];
                var half = Math.Max((none.High - none.Low) / 2, 1e-9);
                (double X, double Y, double Mean)[] marks =
                    [.. response.Points.Select(point => (X(Array.IndexOf(strengths, point.Strength)), Y((point.Mean - none.Mean) / half), point.Mean))];
                chart.Path("M" + string.Join("L", marks.Select(mark => $"{SvgChart.Number(mark.X)} {SvgChart.Number(mark.Y)}")), $"curve m{i}");
                foreach (var mark in marks) chart.Marker(mark.X, mark.Y, i, $"mark m{i}", $"{FigureText.Label(key, result.Features)}: {FigureText.Rounded(mark.Mean)}");
            }

            double X(int i) => left + (width * (i + 0.5) / strengths.Length);
            // Linear up to 1, logarithmic beyond.
            double Y(double value) => top + (floor / 2.0) - (Math.Sign(value) * Math.Min(3.2, Math.Abs(value) <= 1 ? Math.Abs(value) : 1 + Math.Log10(Math.Abs(value))) / 3.2 * floor / 2);
        }
        return chart.ToFile(Style);
    }

    private string Sizes(string between) => string.Join(between, result.Settings.Sizes);

    private string Cell(string key, Disturbance disturbance)
    {
        FigureResponse?[] responses = [.. result.Settings.Sizes.Select(size => result.Find(key, disturbance, size))];
        if (responses.All(each => each?.Smallest is null)) return FigureText.None;
        var arrow = responses[^1]?.Movement switch { Movement.Up => "↑ ", Movement.Down => "↓ ", Movement.BackAndForth => "↕ ", _ => "" };
        return arrow + string.Join(" / ", responses.Select(each => FigureText.Value(each?.Smallest, Unit(disturbance))));
    }

    private static string Unit(Disturbance disturbance) => disturbance == Disturbance.Noise ? "" : "share";

    private static string Name(Disturbance disturbance) => disturbance switch
    {
        Disturbance.Blur => "blur",
        Disturbance.Noise => "noise",
        Disturbance.Erasure => "missing part",
        Disturbance.Collapse => "collapse",
        Disturbance.Copying => "copying",
        Disturbance.Mixing => "another artist",
        _ => throw new ArgumentOutOfRangeException(nameof(disturbance), disturbance, "Wanted a disturbance."),
    };

    private string Meaning(Disturbance disturbance) => disturbance switch
    {
        Disturbance.Blur => "Gaussian, its standard deviation as a share of the side",
        Disturbance.Noise => "Gaussian, its standard deviation in levels of 255",
        Disturbance.Erasure => "a square of the background's colour, its side as a share of the icon's",
        Disturbance.Collapse => $"share of icons that are {result.Settings.CollapsedTo} icons over and over",
        Disturbance.Copying => "share of training icons among the new ones",
        Disturbance.Mixing => $"share of icons of {result.Other}",
        _ => throw new ArgumentOutOfRangeException(nameof(disturbance), disturbance, "Wanted a disturbance."),
    };
}
