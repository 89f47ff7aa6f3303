using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using IconDiffusion.Grains;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>The real silo, with the real work service: from a submission to pictures, over HTTP alone.</summary>
public sealed class WholeExperimentTests
{
    [Fact]
    [Trait("Speed", "Slow")]
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

        // Its report comes after it, and says what it lacks: the figures on copying were not asked for.
        ReportSummary? report = null;
        await TestSilo.UntilAsync(async _ => (report = (await StatusAsync(silo.Client, id)).Report?.Summary) is not null);
        Assert.Contains(cell.RunId, Assert.Single(report!.Missing));
        var page = await silo.Client.GetAsync($"/api/experiments/{id}/report");
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("default-src 'none'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(folder.Path, "experiments", id, report.Files[0])), await page.Content.ReadAsStringAsync());
        Assert.NotEmpty(await silo.Client.GetByteArrayAsync($"/api/experiments/{id}/report/files/figure2.png"));
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await silo.Client.GetAsync($"/api/experiments/{id}/report/files/attempt.json"));
        Assert.Equal(ReportState.Done, (await TestSilo.ReadAsync<ReportStatus>(await silo.Client.PostAsync($"/api/experiments/{id}/report", null))).State);

        // More of it is drawn on request; what cannot be is refused before it waits.
        var drawings = $"/api/runs/{cell.RunId}/drawings";
        Assert.Equal(new(2, null, null, null), await TestSilo.ReadAsync<DrawingOffer>(await silo.Client.GetAsync(drawings)));
        foreach (var impossible in (DrawingOrder[])[new(), new() { Count = 0 }, new() { Film = [1] }, new() { Film = [0, -1] }, new() { Film = [0, 1], Frames = 0 }, new() { Count = 4, With = ["beard"] }, new() { Count = 4, Truncation = 0.5 }])
            await Problem.SentenceAsync(HttpStatusCode.UnprocessableEntity, await silo.Client.PostAsync(drawings, TestSilo.Json(impossible)));
        var asked = await TestSilo.ReadAsync<DrawingStatus>(await silo.Client.PostAsync(drawings, TestSilo.Json(new DrawingOrder { Count = 3, Film = [0, 2], Frames = 2 })));
        await TestSilo.UntilAsync(async patience => (asked = await TestSilo.ReadAsync<DrawingStatus>(await silo.Client.GetAsync($"{drawings}/{asked.Name}", patience))).Phase is WorkPhase.Done or WorkPhase.Failed);
        Assert.True(asked.Done is { Icons: 3 }, asked.Error);
        foreach (var path in (string[])[$"{asked.Done.Samples}/00002.png", asked.Done.Film!])
            Assert.NotEmpty(await silo.Client.GetByteArrayAsync($"/api/runs/{cell.RunId}/files/{path}"));
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await silo.Client.GetAsync($"{drawings}/never"));

        // Every kind of work there is was done, by a grain of its own.
        var grains = silo.Host.Services.GetRequiredService<IGrainFactory>();
        var keys = new[] { Path.Combine(folder.Path, "runs", cell.RunId), Path.Combine(folder.Path, "experiments", id) }
            .SelectMany(place => File.ReadLines(Path.Combine(place, "events.jsonl"))).Select(line => JsonSerializer.Deserialize<RunEvent>(line, SpecJson.Compact)!)
            .Where(each => each.Kind == RunEventKind.Done).Select(each => each.Work);
        var works = await Task.WhenAll(from kind in WorkKind.All from key in keys select grains.GetWork(new(kind, key)).GetStatusAsync());
        Assert.Equal(WorkKind.All.Select(kind => (kind.Spec, kind.Outcome)), from work in works where work.Outcome is not null select (work.Spec!.GetType(), work.Outcome!.GetType()));
    }

    private static async Task<ExperimentStatus> StatusAsync(HttpClient client, string id) =>
        await TestSilo.ReadAsync<ExperimentStatus>(await client.GetAsync($"/api/experiments/{id}"));

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
