using System.Net;
using IconDiffusion.Grains;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace IconDiffusion.Silo.Tests.Api;

public sealed class CommandTests : IAsyncLifetime
{
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync();

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/results")]
    [InlineData("GET", "/table")]
    [InlineData("GET", "/submission")]
    [InlineData("POST", "/pause")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry")]
    public async Task AnUnknownExperiment_IsAProblem(string method, string command)
    {
        var answer = await _silo.Client.SendAsync(new(new(method), $"/api/experiments/unknown-00000000{command}"));

        Assert.Contains("unknown-00000000", await Problem.SentenceAsync(HttpStatusCode.NotFound, answer));
    }

    [Fact]
    public async Task PausedAndResumed_AnExperimentGoesOn()
    {
        var id = await _silo.SubmitAsync();

        Assert.Equal(ExperimentState.Paused, (await CommandAsync(id, "pause")).State);
        Assert.Equal(ExperimentState.Paused, (await CommandAsync(id, "pause")).State);
        Assert.Equal(ExperimentState.Running, (await CommandAsync(id, "resume")).State);
    }

    [Fact]
    public async Task ACancelledExperiment_StaysSoUntilItIsSubmittedAgain()
    {
        var id = await _silo.SubmitAsync();

        Assert.Equal(ExperimentState.Cancelled, (await CommandAsync(id, "cancel")).State);
        Assert.Equal(ExperimentState.Cancelled, (await CommandAsync(id, "cancel")).State);
        await _silo.SubmitAsync();

        Assert.Equal(ExperimentState.Running, (await TestSilo.ReadAsync<ExperimentStatus>(await _silo.Client.GetAsync($"/api/experiments/{id}"))).State);
    }

    [Fact]
    public async Task APriority_IsChangedAndKept()
    {
        var id = await _silo.SubmitAsync();

        var changed = await TestSilo.ReadAsync<ExperimentStatus>(await _silo.Client.PutAsync($"/api/experiments/{id}/priority", TestSilo.Json(new PriorityOrder(-3))));

        Assert.Equal((-3, ExperimentState.Running), (changed.Priority, changed.State));
        Assert.Equal(-3, (await TestSilo.ReadAsync<Submission>(await _silo.Client.GetAsync($"/api/experiments/{id}/submission"))).Priority);
        await _silo.SubmitAsync();
        Assert.Equal(-3, (await TestSilo.ReadAsync<ExperimentStatus>(await _silo.Client.GetAsync($"/api/experiments/{id}"))).Priority);
        await Problem.SentenceAsync(HttpStatusCode.BadRequest, await _silo.Client.PutAsync($"/api/experiments/{id}/priority", TestSilo.Json(new { Priority = "high" })));
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await _silo.Client.PutAsync("/api/experiments/unknown-00000000/priority", TestSilo.Json(new PriorityOrder(1))));
    }

    [Fact]
    public async Task ARetryWithoutFailures_RetriesNothing()
    {
        var id = await _silo.SubmitAsync();

        Assert.Equal(0, (await TestSilo.ReadAsync<Retried>(await _silo.Client.PostAsync($"/api/experiments/{id}/retry", null))).Cells);
    }

    [Fact]
    public async Task ARun_TellsItsAttempts()
    {
        var id = await _silo.SubmitAsync();
        var order = await _silo.Work.OrderAsync();
        var grains = _silo.Host.Services.GetRequiredService<IGrainFactory>();
        await grains.GetWork(order.Work).ReportAsync(1, new() { Done = 3, Total = 10, Step = 3, Loss = 0.5 });

        var run = await TestSilo.ReadAsync<RunStatus>(await _silo.Client.GetAsync($"/api/runs/{((RunWork)order.Spec).RunId}"));

        Assert.Equal(TestSilo.Tiny().Runs[0], run.Spec);
        Assert.Equal((1, "test"), (Assert.Single(run.Attempts).Number, run.Attempts[0].Silo));
        Assert.Equal(RunIdentity.Run(run.Spec, TestSilo.TwoIcons().Fingerprint), run.RunId);
        Assert.Contains(run.RunId, (await TestSilo.ReadAsync<ExperimentStatus>(await _silo.Client.GetAsync($"/api/experiments/{id}"))).Cells.Select(cell => cell.RunId));
    }

    [Fact]
    public async Task AnUnknownRun_IsAProblem()
    {
        await _silo.SubmitAsync();

        await Problem.SentenceAsync(HttpStatusCode.NotFound, await _silo.Client.GetAsync("/api/runs/ffffffffffff"));
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await _silo.Client.GetAsync("/api/runs/ffffffffffff/log"));
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await _silo.Client.GetAsync("/api/runs/ffffffffffff/log/events"));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=10001")]
    [InlineData("after=-1")]
    [InlineData("last=0")]
    [InlineData("last=many")]
    public async Task AnImpossiblePartOfALog_IsAProblem(string query)
    {
        await _silo.SubmitAsync();
        var order = await _silo.Work.OrderAsync();

        await Problem.SentenceAsync(HttpStatusCode.BadRequest, await _silo.Client.GetAsync($"/api/runs/{((RunWork)order.Spec).RunId}/log?{query}"));
    }

    [Theory]
    [InlineData("", null, "text/markdown")]
    [InlineData("?format=json", null, "application/json")]
    [InlineData("?format=csv", null, "text/csv")]
    [InlineData("", "application/json", "application/json")]
    public async Task TheTable_ComesAsAsked(string query, string? accept, string type)
    {
        var id = await _silo.SubmitAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/experiments/{id}/table{query}");
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);

        Assert.Equal(type, (await _silo.Client.SendAsync(request)).Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task ATableOfAnotherFormat_IsAProblem()
    {
        var id = await _silo.SubmitAsync();

        Assert.Contains("format is 'pdf'; wanted markdown, ", await Problem.SentenceAsync(HttpStatusCode.BadRequest, await _silo.Client.GetAsync($"/api/experiments/{id}/table?format=pdf")));
    }

    private async Task<ExperimentStatus> CommandAsync(string id, string command) =>
        await TestSilo.ReadAsync<ExperimentStatus>(await _silo.Client.PostAsync($"/api/experiments/{id}/{command}", null));
}
