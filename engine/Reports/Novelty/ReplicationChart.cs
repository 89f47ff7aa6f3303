using System.Text;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>A figure against the size of the training set, a line for each model; sets with repeated icons stand beside the lines.</summary>
internal static class ReplicationChart
{
    private const int Width = 460;
    private const int Height = 290;
    private const int Left = 48;
    private const int Right = 20;
    private const int Top = 14;
    private const int Floor = Height - 44;

    public static string Legend(SeedGroup[] groups)
    {
        var html = new StringBuilder("<ul class=\"keys\">");
        string[] models = [.. groups.Select(group => group.Model).Distinct()];
        for (var i = 0; i < models.Length; i++) html.Append(SvgChart.KeyItem(i, $"mark m{i % 6}", models[i]));
        return html.Append("</ul>\n").ToString();
    }

    public static string Draw(string title, string key, SeedGroup[] groups)
    {
        // Shares and parts of a hundred alike are shown as 0…100 %.
        var scale = FigureCatalogue.Find(key)?.Unit == "share" ? 100 : 1;
        string[] models = [.. groups.Select(group => group.Model).Distinct()];
        int[] sizes = [.. groups.Select(group => group.Distinct).Distinct().Order()];
        var (low, high) = (Math.Log(sizes[0] * 0.85), Math.Log(sizes[^1] * 1.18));
        double X(int size) => Left + ((Math.Log(size) - low) / (high - low) * (Width - Left - Right));
        double Y(double value) => Floor - (Math.Clamp(value * scale, 0, 100) / 100 * (Floor - Top));

        var chart = new SvgChart(Width, Height, title, string.Join("; ", groups.Where(group => group.Mean(key) is not null)
            .Select(group => $"{group.Name}: {FigureText.Value(group.Mean(key), FigureCatalogue.Find(key)?.Unit ?? "")}")));
        foreach (var tick in (double[])[0, 25, 50, 75, 100])
        {
            chart.Line(Left, Y(tick / scale), Width - Right, Y(tick / scale), tick == 0 ? "axis" : "grid");
            chart.Text(Left - 6, Y(tick / scale) + 4, $"{tick} %", "end", "small");
        }
        var last = double.NegativeInfinity;
        foreach (var size in sizes)
        {
            chart.Line(X(size), Floor, X(size), Floor + 4, "axis");
            if (X(size) - last < 24) continue;
            chart.Text(X(size), Floor + 17, $"{size}", "middle", "small");
            last = X(size);
        }
        chart.Text(Width - Right, Floor + 36, "different training icons (logarithmic)", "end", "small");

        for (var model = 0; model < models.Length; model++)
        {
            SeedGroup[] own = [.. groups.Where(group => group.Model == models[model] && group.Mean(key) is not null).OrderBy(group => group.Distinct)];
            var path = string.Join("L", own.Where(group => group.Repeat is null).Select(group => $"{SvgChart.Number(X(group.Distinct))} {SvgChart.Number(Y(group.Mean(key)!.Value))}"));
            if (path.Contains('L')) chart.Path($"M{path}", $"curve m{model % 6}");
            // Bars of models side by side, not over each other.
            var aside = (model - ((models.Length - 1) / 2.0)) * 5;
            foreach (var group in own)
            {
                var x = X(group.Distinct) + aside;
                if (group.Interval(key) is { } interval) chart.Line(x, Y(interval.Low), x, Y(interval.High), $"error m{model % 6}");
                chart.Marker(x, Y(group.Mean(key)!.Value), model, $"mark m{model % 6}{(group.Repeat is null ? "" : " hollow")}",
                    $"{group.Name}: {FigureText.Value(group.Mean(key), FigureCatalogue.Find(key)?.Unit ?? "")} {group.SpreadText(key)}");
            }
        }
        return chart.ToString();
    }
}
