using System.Text.Json;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Specs.Tests;

/// <summary>The names by which databases and other silos know kinds of work; none may change.</summary>
public sealed class WorkKindTests
{
    private static readonly SamplingSummary Sampling = new() { Count = 4, Time = TimeSpan.FromMinutes(1) };

    [Theory]
    [InlineData("training", "trained", "trainingrun", "4b1d")]
    [InlineData("samples", "sampled", "samplebatch", "4b1d/")]
    [InlineData("evaluation", "evaluated", "evaluation", "4b1d/")]
    [InlineData("report", "reported", "report", "quickstart-01234567#")]
    [InlineData("drawing", "drawn", "drawing", "4b1d/drawing#")]
    public void AKind_IsSpeltAsItAlwaysWas(string name, string outcome, string grain, string key)
    {
        var kind = JsonSerializer.Deserialize<WorkKind>($"\"{name}\"", SpecJson.Compact)!;
        var spec = Specs.Single(spec => WorkKind.Of(spec) == kind);

        Assert.Equal($"\"{name}\"", JsonSerializer.Serialize(kind, SpecJson.Compact));
        Assert.Equal((outcome, grain), (kind.OutcomeName, kind.Grain));
        Assert.StartsWith(key, kind.Key(spec), StringComparison.Ordinal);
        var json = JsonSerializer.Serialize<WorkSpec>(spec, SpecJson.Compact);
        Assert.Equal(name, JsonDocument.Parse(json).RootElement.GetProperty("work").GetString());
        Assert.Equal(spec, JsonSerializer.Deserialize<WorkSpec>(json, SpecJson.Compact));
    }

    [Fact]
    public void AnOutcome_ComesBackFromTheDatabase()
    {
        WorkOutcome[] outcomes = [new SamplesDone(Sampling), new WorkStopped(), new WorkFailed("no")];

        Assert.Equal(["sampled", "stopped", "failed"], outcomes.Select(outcome =>
            JsonDocument.Parse(JsonSerializer.Serialize(outcome, SpecJson.Compact)).RootElement.GetProperty("outcome").GetString()));
        Assert.Equal(outcomes, outcomes.Select(outcome =>
            JsonSerializer.Deserialize<WorkOutcome>(JsonSerializer.Serialize(outcome, SpecJson.Compact), SpecJson.Compact)));
    }

    [Fact]
    public void EveryRow_IsItsOwn()
    {
        Assert.Equal(Specs.Select(WorkKind.Of), WorkKind.All);
        foreach (var column in (Func<WorkKind, object>[])[kind => kind.Name, kind => kind.OutcomeName, kind => kind.Grain, kind => kind.Word, kind => kind.Spec, kind => kind.Outcome, kind => kind.Order])
            Assert.Equal(WorkKind.All.Count, WorkKind.All.Select(column).Distinct().Count());
        Assert.All(WorkKind.All, kind => Assert.Equal(kind.Cell is null ? null : kind, kind.Cell is { } state ? WorkKind.Of(state) : null));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<WorkKind>("\"cooking\"", SpecJson.Compact));
    }

    // One of each kind, in their order.
    private static IReadOnlyList<WorkSpec> Specs
    {
        get
        {
            var run = new RunSpec { Seed = 1, Dataset = new NotoFacesSpec { Count = 8, ImageSize = 16 }, Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1] } }, Training = new() { Steps = 100 } };
            return
            [
                new TrainingWork { RunId = "4b1d", Run = run, DatasetFingerprint = "f", Monitoring = new() },
                new SampleWork { RunId = "4b1d", Run = run, DatasetFingerprint = "f", First = 0, Count = 4 },
                new EvaluationWork
                {
                    RunId = "4b1d", Run = run, DatasetFingerprint = "f", Sampling = Sampling,
                    Training = new() { Steps = 1, ImagesSeen = 2, Time = TimeSpan.Zero, End = TrainingEnd.Steps, Loss = 0.1, Parameters = 3, WeightsHash = "w" },
                },
                new ReportWork { Experiment = "quickstart-01234567", Results = [], Missing = ["a run: it is not done yet."] },
                new DrawingWork { RunId = "4b1d", Run = run, DatasetFingerprint = "f", Count = 8, Film = [0, 5], Frames = 24 },
            ];
        }
    }
}
