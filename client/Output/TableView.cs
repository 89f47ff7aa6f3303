using Spectre.Console;

namespace IconDiffusion.Client.Output;

/// <summary>A report's table on the console: text in the first column, figures in the others.</summary>
internal static class TableView
{
    public static Table Of(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        var view = new Table().Border(TableBorder.Simple);
        foreach (var (i, name) in header.Index())
            view.AddColumn(Markup.Escape(Speech.Say(name)), column =>
            {
                if (i > 0)
                    column.RightAligned();
            });
        foreach (var row in rows)
            view.AddRow([.. row.Select(Markup.Escape)]);
        return view;
    }
}
