using System.Net.ServerSentEvents;
using System.Text.Json;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>The real silo, with the real work service: from a submission to pictures, over HTTP alone.</summary>
public sealed class WholeExperimentTests
{
    [Fact]
    public async Task ASubmittedExperiment_EndsWithResultsPicturesAndATable()
    {
        using var folder = new TemporaryFolder();
        var options = TestSilo.Options(folder.Path);
        options.Devices = ["cpu"];
        options.Threads = 1;
        await using var silo = TestSilo.Around(await SiloHost.StartAsync(options, CancellationToken.None));
        var id = (await TestSilo.ReadAsync<ExperimentStatus>(await silo.SubmitAsync(Experiment(), silo.AddDataset()))).Id;

        var last = await FollowAsync(silo.Client, id);

        var cell = Assert.Single(last.Cells);
        Assert.True(cell.State == CellState.Done, cell.Error);
        var result = Assert.Single(await TestSilo.ReadAsync<RunResult[]>(await silo.Client.GetAsync($"/api/experiments/{id}/results")));
        Assert.Equal((cell.RunId, 5), (result.RunId, result.Training.Steps));
        Assert.Contains("ddpm 8 (1)", await silo.Client.GetStringAsync($"/api/experiments/{id}/table"));
        var files = await TestSilo.ReadAsync<RunFile[]>(await silo.Client.GetAsync($"/api/runs/{cell.RunId}/files"));
        var gallery = Assert.Single(files, file => file.Path.EndsWith("/gallery.png", StringComparison.Ordinal));
        Assert.Equal(gallery.Bytes, (await silo.Client.GetByteArrayAsync($"/api/runs/{cell.RunId}/files/{gallery.Path}")).Length);
        Assert.Equal([1, 2, 3, 4, 5], (await TestSilo.ReadAsync<RunLog>(await silo.Client.GetAsync($"/api/runs/{cell.RunId}/log"))).Losses.Select(point => point.Step));
        var run = await TestSilo.ReadAsync<RunStatus>(await silo.Client.GetAsync($"/api/runs/{cell.RunId}"));
        Assert.Equal((result.Training, 1), (run.Training, run.Attempts.Count));
    }

    private static ExperimentSpec Experiment()
    {
        var tiny = TestSilo.Tiny();
        var run = tiny.Runs[0];
        return tiny with
        {
            Runs =
            [
                run with
                {
                    Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1] }, Diffusion = new() { Timesteps = 50 } },
                    Training = new() { Steps = 5, BatchSize = 2 },
                    Sampling = new() { Count = 2, Sampler = new DdimSpec { Steps = 2 } },
                    Evaluation = new() { Inception = InceptionWeights.Random, Figures = EvaluationFigures.Preprint },
                },
            ],
        };
    }

    private static async Task<ExperimentStatus> FollowAsync(HttpClient client, string id)
    {
        ExperimentStatus? last = null;
        await foreach (var item in SseParser.Create(await client.GetStreamAsync($"/api/experiments/{id}/events")).EnumerateAsync())
            last = JsonSerializer.Deserialize<ExperimentStatus>(item.Data, SpecJson.Compact);
        Assert.Equal(ExperimentState.Finished, last?.State);
        return last!;
    }
}
