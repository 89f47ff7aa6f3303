using IconDiffusion.Specs.Cluster;
using Spectre.Console;

namespace IconDiffusion.Client.Output;

/// <summary>An experiment as a table that changes in place.</summary>
internal sealed class LiveView(IAnsiConsole console, LiveDisplayContext live) : IExperimentView
{
    private ExperimentStatus? _status;
    private string? _notice;

    public void Show(ExperimentStatus status)
    {
        _status = status;
        Draw();
    }

    public void Away(string? reason)
    {
        _notice = reason is null ? null : $"silo does not answer, trying again ({reason})";
        Draw();
    }

    private void Draw()
    {
        if (_status is { } status)
            live.UpdateTarget(new CellTable(status, console.Profile.Width, console.Profile.Height).Render(_notice));
        else if (_notice is { } notice)
            live.UpdateTarget(Speech.Text(notice));
        live.Refresh();
    }
}
