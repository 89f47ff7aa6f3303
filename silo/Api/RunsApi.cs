using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace IconDiffusion.Silo.Api;

/// <summary>Runs: where they stand, their logs, their pictures and files.</summary>
internal static class RunsApi
{
    private const int MostLosses = 10_000;
    private const string Id = "/runs/{runId:run}";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet(Id, async (string runId, RunDirectory runs) => await runs.FindAsync(runId) ?? throw Missing(runId))
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Where a run stands and who worked on it");
        api.MapGet(Id + "/log", LogAsync).Produces<RunLog>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Losses after a step, or the last ones, and all events");
        api.MapGet(Id + "/log/events", FollowAsync).Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("The log as it grows, as server-sent events named losses and events");
        api.MapGet(Id + "/files", ListAsync).Produces<IReadOnlyList<RunFile>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A run's files");
        api.MapMethods(Id + "/files/{**path}", [HttpMethods.Get, HttpMethods.Head], DownloadAsync)
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One file or picture of a run, whole or in ranges");
    }

    private static async Task<RunLog> LogAsync(string runId, long? after, int? limit, int? last, RunDirectory runs, RunFiles files, CancellationToken cancellationToken)
    {
        var most = Within(nameof(limit), limit ?? MostLosses, 1, MostLosses);
        var from = Within(nameof(after), after ?? 0, 0, long.MaxValue);
        if (last is { } count)
            most = Within(nameof(last), count, 1, MostLosses);
        await EnsureKnownAsync(runId, runs, files, cancellationToken);
        var log = await files.LossLogAsync(runId, cancellationToken);
        if (last is not null)
            from = Math.Max(0, LossLogReader.LastStep(log) - most);
        var losses = LossLogReader.Read(log, from, most + 1);
        return new() { Losses = [.. losses.Take(most)], Events = [.. await files.EventsAsync(runId, cancellationToken)], More = losses.Count > most };
    }

    private static Task FollowAsync(string runId, long? after, HttpContext context, RunDirectory runs, RunFiles files, EventStreams streams, TimeProvider time) =>
        streams.ServeAsync(context, async cancellationToken =>
        {
            await EnsureKnownAsync(runId, runs, files, cancellationToken);
            return new LogWatch(runId, Within(nameof(after), after ?? 0, 0, long.MaxValue), runs, files, time);
        });

    private static async Task<IReadOnlyList<RunFile>> ListAsync(string runId, RunFiles files, CancellationToken cancellationToken) =>
        await files.ListAsync(runId, cancellationToken) ?? throw Missing(runId);

    private static async Task<FileStreamHttpResult> DownloadAsync(string runId, string path, RunFiles files, CancellationToken cancellationToken)
    {
        var file = await files.OpenAsync(runId, path, cancellationToken) ?? throw new ApiException(StatusCodes.Status404NotFound, $"Run {runId} has no file '{path}'.");
        var tag = file.Modified is { } modified ? new EntityTagHeaderValue($"\"{modified.UtcTicks:x}-{file.Content.Length:x}\"") : null;
        return TypedResults.Stream(file.Content, file.ContentType, lastModified: file.Modified, entityTag: tag, enableRangeProcessing: true);
    }

    private static async Task EnsureKnownAsync(string runId, RunDirectory runs, RunFiles files, CancellationToken cancellationToken)
    {
        if (!await files.ExistsAsync(runId, cancellationToken) && await runs.FindAsync(runId) is null)
            throw Missing(runId);
    }

    private static T Within<T>(string name, T value, T least, T most) where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ApiException(StatusCodes.Status400BadRequest, $"{name} is {value}; wanted {least} to {most}.");

    private static ApiException Missing(string runId) => new(StatusCodes.Status404NotFound, $"There is no run '{runId}'.");
}
