using IconDiffusion.Specs.Cluster;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IconDiffusion.Client.Output;

/// <summary>
/// An experiment in a given number of columns and lines: a line for each cell, with bar and figures. A remark (where it runs, what
/// went wrong) stands behind them, or below on a narrow terminal. Where the cells do not fit, those that work or have failed stay.
/// </summary>
internal sealed class CellTable(ExperimentStatus status, int width, int height)
{
    private const int Wide = 120;
    private const int StateWidth = 9;
    private const int PercentWidth = 5;
    private const int FigureWidth = 7;
    private const int LeftWidth = 11;
    private const int FiguresWidth = PercentWidth + 2 * FigureWidth + LeftWidth + 4;

    private readonly int _bar = width >= Wide ? 12 : 6;

    /// <summary>Columns of bar and figures together.</summary>
    private int Figured => _bar + FiguresWidth;

    /// <summary>As wide as the widest label, where there is room.</summary>
    private int LabelWidth => Math.Clamp(
        status.Cells.Select(cell => Speech.Width(cell.Label)).DefaultIfEmpty().Max(), 4, Math.Clamp(width - 1 - StateWidth - Figured - 2, 8, 40));

    /// <param name="notice">A line at the end, such as that the silo does not answer.</param>
    public IRenderable Render(string? notice)
    {
        var lines = new List<string> { Headline() };
        // Headline, column names, the line that sums up what is left out, the notice, the cursor's line.
        var room = Math.Max(1, height - 5);
        var shown = Choose(room);
        lines.Add($"[dim]{Pad(Speech.Say("cell"), LabelWidth)} {Pad(Speech.Say("state"), StateWidth)} {Pad(Speech.Say("progress"), _bar + 1 + PercentWidth)} {Right("step/s", FigureWidth)} {Right("loss", FigureWidth)} {Right(Speech.Say("left"), LeftWidth)}[/]");
        lines.AddRange(shown.SelectMany(Lines));
        if (shown.Count < status.Cells.Count)
            lines.Add($"[dim]{Markup.Escape(Speech.Say($"… and {Rest([.. status.Cells.Except(shown)])}"))}[/]");
        if (notice is not null)
            lines.Add($"[yellow]{Markup.Escape(Cut(Speech.Say(notice), width - 1))}[/]");
        return new Rows(lines.Select(line => new Markup(line) { Overflow = Overflow.Ellipsis }));
    }

    private string Headline()
    {
        var text = Cut($"{status.Id}  {Speech.Say(CellText.Headline(status))}", width - 1);
        var name = Math.Min(status.Id.Length, text.Length);
        return $"[bold]{Markup.Escape(text[..name])}[/]{Markup.Escape(text[name..])}";
    }

    /// <summary>The cells to show, in their order.</summary>
    private List<CellStatus> Choose(int room)
    {
        if (status.Cells.Sum(cell => Lines(cell).Count()) <= room)
            return [.. status.Cells];
        var chosen = new List<CellStatus>();
        foreach (var cell in status.Cells.Where(c => c.IsActive()).Concat(status.Cells.Where(c => c.State == CellState.Failed)))
        {
            room -= Lines(cell).Count();
            if (room < 0)
                break;
            chosen.Add(cell);
        }
        return [.. chosen.OrderBy(cell => cell.Cell)];
    }

    private static string Rest(List<CellStatus> cells) =>
        string.Join(", ", cells.GroupBy(cell => cell.State).OrderBy(group => group.Key).Select(group => $"{group.Count()} {CellText.Word(group.Key)}"));

    private IEnumerable<string> Lines(CellStatus cell)
    {
        var remark = Speech.Say(CellText.Remark(cell));
        var failed = cell.State == CellState.Failed;
        var style = failed ? "red" : "dim";
        var row = $"{Markup.Escape(Pad(Shorten(cell.Label, LabelWidth), LabelWidth))} [{Colour(cell.State)}]{Pad(Speech.Say(CellText.Word(cell.State)), StateWidth)}[/]";
        var columns = LabelWidth + 1 + StateWidth;
        if (!failed)
        {
            row += $" {Figures(cell)}";
            columns += 1 + Figured;
        }
        var beside = width >= Wide && remark.Length > 0;
        yield return beside ? $"{row} [{style}]{Markup.Escape(Cut(remark, width - 2 - columns))}[/]" : row;
        if (remark.Length > 0 && !beside)
            yield return $"[{style}]  {Markup.Escape(Cut(remark, width - 3))}[/]";
    }

    /// <summary>Always as wide as its columns.</summary>
    private string Figures(CellStatus cell)
    {
        if (cell.State == CellState.Done)
            return Pad(CellText.Scores(cell), Figured);
        if (CellText.Share(cell) is not { } share)
            return new string(' ', Figured);
        var full = (int)Math.Round(share * _bar);
        var left = CellText.Left(cell) is { } time ? Speech.Say(Words.Duration(time)) : "";
        return $"[green]{new string('━', full)}[/][dim]{new string('─', _bar - full)}[/] {Right($"{share:P0}", PercentWidth)} {Right(CellText.Speed(cell), FigureWidth)} {Right(CellText.Loss(cell), FigureWidth)} {Right(left, LeftWidth)}";
    }

    private static string Colour(CellState state) => state switch
    {
        _ when WorkKind.Of(state) is not null => "blue",
        CellState.Done => "green",
        CellState.Failed => "red",
        CellState.Paused or CellState.Cancelled => "yellow",
        _ => "dim",
    };

    private static string Pad(string text, int columns) => Cut(text, columns) + Gap(text, columns);

    private static string Right(string text, int columns) => Gap(text, columns) + Cut(text, columns);

    private static string Gap(string text, int columns) => new(' ', Math.Max(0, columns - Speech.Width(Cut(text, columns))));

    /// <summary>Keeps beginning and end, which tell cells apart: <c>stylegan2 …seed 3407</c>.</summary>
    private static string Shorten(string text, int columns) =>
        Speech.Width(text) <= columns ? text : Speech.Width(text) > text.Length ? Cut(text, columns) : $"{text[..(columns / 2)]}…{text[(text.Length - columns + columns / 2 + 1)..]}";

    private static string Cut(string text, int columns)
    {
        if (Speech.Width(text) <= columns) return text;
        var end = columns > 1 ? "…" : "";
        var kept = text.Length;
        // A letter takes two cells at most.
        while (kept > 0 && (Speech.Width(text[..kept]) + end.Length > columns || char.IsHighSurrogate(text[kept - 1]))) kept--;
        return text[..kept] + end;
    }
}
