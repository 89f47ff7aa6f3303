using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Silo.Commands;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Tests.Commands;

public sealed class PreparedExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatARunStartsFrom_IsCountedAmongThoseThatCanBeUsed_AndFilesAreKeptByTheirHash()
    {
        var data = new DataFolder(_folder["data"]);
        using (var network = new Unet(((DdpmSpec)Run.Model).Unet)) TrainedModel.Write(_folder["w.safetensors"], network);
        var experiment = new ExperimentSpec
        {
            Name = "prepared",
            Runs =
            [
                Run with { Dataset = new FolderSpec { Path = _folder["nowhere"] } },
                Run,
                From(SourceName.OfRun(0)),
                From(SourceName.OfRun(1)),
                From(_folder["w.safetensors"]),
                From(_folder["nowhere.safetensors"]),
            ],
        };

        var prepared = new PreparedExperiment(experiment, data, _ => { });

        Assert.Equal([1, 3, 4], prepared.Positions);
        Assert.Equal([0, 2, 5], prepared.Unusable.Select(each => each.Run));
        var labels = RunLabels.Of(experiment.Runs);
        Assert.Equal(prepared.Unusable.Select(each => labels[experiment.Runs[each.Run]]), prepared.Unusable.Select(each => each.Label));
        Assert.Equal([null, "#0"], prepared.Experiment.Runs.Take(2).Select(run => run.Training.From));
        Assert.True(SourceName.IsHash(prepared.Experiment.Runs[2].Training.From!));
        Assert.Equal(File.ReadAllBytes(_folder["w.safetensors"]), File.ReadAllBytes(data.Source(prepared.Experiment.Runs[2].Training.From!)));
    }

    private static RunSpec Run => TestSilo.Tiny().Runs[0] with { Dataset = new NotoFacesSpec { ImageSize = 8, Count = 2 } };

    private static RunSpec From(string source) => Run with { Training = Run.Training with { From = source } };
}
