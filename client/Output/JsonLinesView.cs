using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Client.Output;

/// <summary>An experiment as one JSON object per line, for scripts.</summary>
internal sealed class JsonLinesView(Action<string> say) : IExperimentView
{
    public void Show(ExperimentStatus status) => Console.Out.WriteLine(JsonSerializer.Serialize(status, SpecJson.Compact));

    public void Away(string? reason) => say(reason is null ? "the silo answers again" : $"silo does not answer, trying again ({reason})");
}
