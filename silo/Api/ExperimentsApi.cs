using IconDiffusion.Grains;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Tables;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace IconDiffusion.Silo.Api;

/// <summary>Submitting, watching and commanding experiments.</summary>
internal static class ExperimentsApi
{
    private const string Id = "/experiments/{id:experiment}";

    /// <summary>Where reports are read with tickets alone.</summary>
    public const string Reader = "/reports";

    // As the page itself has it: everything is within, and it loads nothing. With no way to anybody's API, and in no frame but the dashboard's.
    private const string PagePolicy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/experiments", SubmitAsync)
            .Accepts<Submission>("application/json")
            .Produces<ExperimentStatus>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Submits an experiment; one that is known goes on with what is missing or failed");
        api.MapGet("/experiments", (IGrainFactory grains) => grains.GetGrain<IExperimentIndexGrain>("default").ListAsync())
            .WithSummary("All experiments, newest first");
        api.MapGet(Id, StatusAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Where an experiment and all its cells stand");
        api.MapGet(Id + "/submission", SubmissionAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What was asked for");
        api.MapGet(Id + "/events", WatchAsync).Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("The experiment's status as it changes, as server-sent events named status");
        api.MapGet(Id + "/results", ResultsAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Results of the cells that are done");
        api.MapGet(Id + "/table", TableAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .Produces<string>(StatusCodes.Status200OK, "text/markdown", "application/json")
            .WithSummary("The results as the preprint's Table 2");
        api.MapGet(Id + "/report", PageAsync).Produces(StatusCodes.Status200OK, contentType: "text/html").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The newest report, a page with its pictures within");
        api.MapPost(Id + "/report/ticket", TicketAsync).WithMetadata(new WantedRole(TokenRole.Watch)).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("An address at which the newest report can be read once, within a minute, without a token");
        api.MapGet(Id + "/report/files/{name}", ReportFileAsync).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("One of the newest report's files: tables, figure, page");
        api.MapPost(Id + "/report", async (string id, IGrainFactory grains) => TypedResults.Accepted($"/api/experiments/{id}/report", await Experiment(grains, id).ReportAsync()))
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Asks for a report of the results so far; the experiment's status says when it is there");
        MapCommand(api, "/pause", experiment => experiment.PauseAsync(), "Frees the devices after a checkpoint, until resumed");
        MapCommand(api, "/resume", experiment => experiment.ResumeAsync(), "Goes on with a paused experiment");
        MapCommand(api, "/cancel", experiment => experiment.CancelAsync(), "Stops for good, unless submitted again");
        api.MapPost(Id + "/retry", async (string id, IGrainFactory grains) => new Retried(await Experiment(grains, id).RetryAsync()))
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Gives failed cells another three attempts");
        api.MapPut(Id + "/priority", async (string id, PriorityOrder order, IGrainFactory grains) =>
        {
            await Experiment(grains, id).PrioritizeAsync(order.Priority);
            return await StatusAsync(id, grains);
        }).ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Moves what waits to another place in the queue: higher goes first");
    }

    private static void MapCommand(IEndpointRouteBuilder api, string path, Func<IExperimentGrain, Task> command, string summary) =>
        api.MapPost(Id + path, async (string id, IGrainFactory grains) =>
        {
            await command(Experiment(grains, id));
            return await StatusAsync(id, grains);
        }).ProducesProblem(StatusCodes.Status404NotFound).WithSummary(summary);

    private static async Task<Accepted<ExperimentStatus>> SubmitAsync(
        HttpRequest request, SubmissionReader reader, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var submission = await reader.ReadAsync(request, cancellationToken);
        var id = RunIdentity.Experiment(submission.Experiment);
        var experiment = Experiment(grains, id);
        await experiment.SubmitAsync(submission);
        var status = await experiment.GetStatusAsync() ?? throw new InvalidOperationException($"Experiment {id} was submitted and is not there.");
        return TypedResults.Accepted($"/api/experiments/{id}", status);
    }

    private static async Task<ExperimentStatus> StatusAsync(string id, IGrainFactory grains) =>
        await Experiment(grains, id).GetStatusAsync() ?? throw Missing(id);

    private static async Task<Submission> SubmissionAsync(string id, IGrainFactory grains) =>
        await Experiment(grains, id).GetSubmissionAsync() ?? throw Missing(id);

    private static async Task<List<RunResult>> ResultsAsync(string id, IGrainFactory grains)
    {
        await StatusAsync(id, grains);
        return await Experiment(grains, id).GetResultsAsync();
    }

    private static async Task<ContentHttpResult> TableAsync(string id, string? format, HttpRequest request, IGrainFactory grains)
    {
        var name = format ?? (request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase) ? "json" : "markdown");
        if (!TableFormats.TryGetValue(name, out var wanted))
            throw new ApiException(StatusCodes.Status400BadRequest, $"format is '{name}'; wanted {string.Join(", ", TableFormats.Keys)}.");
        var table = new Table2(await ResultsAsync(id, grains));
        return TypedResults.Text(table.Write(wanted.Format), wanted.MediaType);
    }

    private static async Task<FileStreamHttpResult> PageAsync(string id, HttpResponse response, IGrainFactory grains, RunFiles files, CancellationToken cancellationToken)
    {
        var report = await ReportAsync(id, grains);
        response.Headers.ContentSecurityPolicy = PagePolicy;
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
        return await OpenAsync(id, report, report.Files[0], files, "text/html; charset=utf-8", cancellationToken);
    }

    /// <summary>Serves reports to browsers' frames.</summary>
    public static void MapReader(IEndpointRouteBuilder app) => app.MapGet(Reader + "/{ticket}", (
        string ticket, HttpResponse response, ReportTickets tickets, IGrainFactory grains, RunFiles files, CancellationToken cancellationToken) =>
        PageAsync(tickets.Take(ticket) ?? throw new ApiException(StatusCodes.Status404NotFound, "A report's address is good for one reading, within a minute; wanted a new one."), response, grains, files, cancellationToken))
        .ExcludeFromDescription();

    private static async Task<ReportTicket> TicketAsync(string id, HttpResponse response, ReportTickets tickets, IGrainFactory grains)
    {
        await ReportAsync(id, grains);
        response.Headers.CacheControl = "no-store";
        return new($"{Reader}/{tickets.Open(id)}");
    }

    private static async Task<FileStreamHttpResult> ReportFileAsync(string id, string name, IGrainFactory grains, RunFiles files, CancellationToken cancellationToken) =>
        await OpenAsync(id, await ReportAsync(id, grains), name, files, null, cancellationToken);

    private static async Task<ReportSummary> ReportAsync(string id, IGrainFactory grains) => (await StatusAsync(id, grains)).Report switch
    {
        { Summary: { } made } => made,
        { State: ReportState.Failed } failed => throw new ApiException(StatusCodes.Status404NotFound, $"The report of {id} could not be made: {failed.Error}"),
        null => throw new ApiException(StatusCodes.Status404NotFound, $"No report of {id} was made yet; POST to the same address asks for one."),
        _ => throw new ApiException(StatusCodes.Status404NotFound, $"The report of {id} is being made; its status says when it is there."),
    };

    private static async Task<FileStreamHttpResult> OpenAsync(
        string id, ReportSummary report, string name, RunFiles files, string? type, CancellationToken cancellationToken)
    {
        var file = await files.OpenAsync(id, report, name, cancellationToken) ?? throw new ApiException(StatusCodes.Status404NotFound, report.Files.Contains(name)
            ? $"'{name}' of the report of {id} is on another silo, and not shared with this one."
            : $"The report of {id} has no file '{name}'; it has {string.Join(", ", report.Files)}.");
        return TypedResults.Stream(file.Content, type ?? file.ContentType, lastModified: file.Modified);
    }

    private static readonly Dictionary<string, (TableFormat Format, string MediaType)> TableFormats = new()
    {
        ["markdown"] = (TableFormat.Markdown, "text/markdown; charset=utf-8"),
        ["csv"] = (TableFormat.Csv, "text/csv; charset=utf-8"),
        ["latex"] = (TableFormat.Latex, "application/x-latex; charset=utf-8"),
        ["html"] = (TableFormat.Html, "text/html; charset=utf-8"),
        ["json"] = (TableFormat.Json, "application/json; charset=utf-8"),
    };

    private static Task WatchAsync(string id, HttpContext context, ExperimentFeeds feeds, EventStreams streams) =>
        streams.ServeAsync(context, async cancellationToken =>
            await feeds.WatchAsync(id, cancellationToken) ?? throw Missing(id));

    private static IExperimentGrain Experiment(IGrainFactory grains, string id) => grains.GetGrain<IExperimentGrain>(id);

    private static ApiException Missing(string id) => new(StatusCodes.Status404NotFound, $"There is no experiment '{id}'.");
}

/// <summary>Where a report can be read once.</summary>
/// <param name="Path">On this silo.</param>
internal sealed record ReportTicket(string Path);

/// <summary>Where an experiment is wanted in the queue.</summary>
/// <param name="Priority">Higher goes first; equals go in the order of submission.</param>
internal sealed record PriorityOrder(int Priority);
