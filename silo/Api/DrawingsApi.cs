using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace IconDiffusion.Silo.Api;

/// <summary>More icons and films of trained runs, as <c>icon sample</c> draws them; here they wait in the cluster's queue as all work does.</summary>
internal static class DrawingsApi
{
    private const string Id = "/runs/{runId:run}/drawings";
    private const int MostIcons = 10_000;
    private const int MostInFilm = 20;
    private const int MostFrames = 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet(Id, OfferAsync).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("What may be asked for when icons of a trained run are drawn");
        api.MapPost(Id, DrawAsync).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Draws more icons of a trained run, or a film between icons, on the first device that is free; what is there is kept");
        api.MapGet(Id + "/{name}", StatusAsync).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Where a drawing stands");
    }

    private static async Task<DrawingOffer> OfferAsync(string runId, RunDirectory runs, RunFiles files, CancellationToken cancellationToken)
    {
        var run = (await runs.TrainedAsync(runId)).Trained.Run;
        return new(
            run.Sampling.Count,
            run.Model.IsToldTags ? (await TagsAsync(runId, files, cancellationToken)).Names : null,
            run.Model.IsToldTags && run.Sampling.Sampler is ReverseSpec sampler ? sampler.Guidance ?? 1 : null,
            run.Model is StyleGan2Spec ? (run.Sampling.Sampler as LatentSpec)?.Truncation ?? 1 : null);
    }

    private static async Task<Accepted<DrawingStatus>> DrawAsync(
        string runId, DrawingOrder order, RunDirectory runs, RunFiles files, IGrainFactory grains, IExperimentServices services, CancellationToken cancellationToken)
    {
        var (trained, experiment, deviceClass) = await runs.TrainedAsync(runId);
        var work = Check(order) is { } fault ? throw new ApiException(StatusCodes.Status422UnprocessableEntity, fault) : new DrawingWork
        {
            RunId = runId,
            DatasetFingerprint = trained.DatasetFingerprint,
            Run = await DrawnAsync(trained.Run, runId, order, files, cancellationToken),
            Count = order.Count,
            Film = order.Film,
            Frames = order.Film is null ? 0 : order.Frames,
        };
        var id = WorkId.Of(work, deviceClass);
        var status = await grains.GetGrain<IExperimentGrain>(experiment).GetStatusAsync();
        if (await grains.GetWork(id).PrepareAsync(work, retry: true) == WorkPhase.Queued)
            await grains.GetGrain<ISchedulerGrain>("default").RequestAsync(
            [
                new()
                {
                    Work = id, Experiment = experiment, Priority = status?.Priority ?? 0, Cell = status?.Cells.Count ?? 0,
                    MemoryBytes = services.MemoryBytes(work, onGpu: deviceClass is not (DeviceClass.Any or DeviceClass.Cpu)),
                },
            ]);
        return TypedResults.Accepted($"/api/runs/{runId}/drawings/{work.Name}", await TellAsync(id, work.Name, experiment, grains));
    }

    private static async Task<DrawingStatus> StatusAsync(string runId, string name, RunDirectory runs, IGrainFactory grains)
    {
        var (_, experiment, deviceClass) = await runs.TrainedAsync(runId);
        return await TellAsync(new(WorkKind.Drawing, $"{DrawingWork.KeyOf(runId, name)}@{deviceClass}"), name, experiment, grains);
    }

    private static async Task<DrawingStatus> TellAsync(WorkId id, string name, string experiment, IGrainFactory grains)
    {
        var work = await grains.GetWork(id).GetStatusAsync();
        return work.Phase == WorkPhase.None ? throw new ApiException(StatusCodes.Status404NotFound, $"No drawing '{name}' was asked for.") : new()
        {
            Name = name,
            Phase = work.Phase,
            Progress = work.Progress,
            WaitsFor = work.Phase != WorkPhase.Queued ? null
                : (await grains.GetGrain<ISchedulerGrain>("default").GetObstaclesAsync(experiment)).GetValueOrDefault(id.Key),
            Done = work.Outcome as DrawingDone,
            Error = work.Phase == WorkPhase.Failed ? work.Error : null,
        };
    }

    private static string? Check(DrawingOrder order) => order switch
    {
        { Count: null, Film: null } => "Nothing to draw; wanted count or film.",
        { Count: < 1 or > MostIcons } => $"count is {order.Count}; wanted 1 to {MostIcons}.",
        { Film.Count: < 2 or > MostInFilm } => $"film names {order.Film.Count} icon(s); wanted 2 to {MostInFilm}.",
        { Film: { } film } when film.Any(icon => icon is < 0 or >= MostIcons) => $"film is {film}; wanted numbers of icons from 0 to {MostIcons - 1}.",
        { Film: not null, Frames: < 1 or > MostFrames } => $"frames is {order.Frames}; wanted 1 to {MostFrames}.",
        { Guidance: not null, Truncation: not null } => "guidance is of diffusion models, truncation is StyleGAN2's; wanted one or the other.",
        _ => null,
    };

    private static async Task<RunSpec> DrawnAsync(RunSpec run, string runId, DrawingOrder order, RunFiles files, CancellationToken cancellationToken)
    {
        try
        {
            if (order.Truncation is { } truncation)
                run = TrainedRun.Truncated(run, truncation);
            if (order.With is null && order.Guidance is null)
                return run;
            var tags = run.Model.IsToldTags ? await TagsAsync(runId, files, cancellationToken) : null;
            return TrainedRun.Asked(run, () => tags!, order.With is { } with ? [.. with.Select(TagNames.Of).Distinct()] : null, order.Guidance);
        }
        catch (ExperimentException wrong)
        {
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, wrong.Message);
        }
    }

    private static async Task<IconTags> TagsAsync(string runId, RunFiles files, CancellationToken cancellationToken)
    {
        var file = await files.OpenAsync(runId, Path.GetFileName(new RunFolder(runId).TagsFile), cancellationToken)
            ?? throw new ApiException(StatusCodes.Status404NotFound, $"The tags of run {runId} are not here.");
        await using var content = file.Content;
        return (await JsonSerializer.DeserializeAsync<IconTags>(content, SpecJson.Compact, cancellationToken))!;
    }
}

/// <summary>What may be asked for of a run's icons.</summary>
/// <param name="Count">Icons that its experiment asks for.</param>
/// <param name="Tags">Tags that its training icons have; null: its model knows none.</param>
/// <param name="Guidance">See <see cref="ReverseSpec.Guidance"/>; null: the model has none.</param>
/// <param name="Truncation">StyleGAN2's ψ; null: the model has none.</param>
internal sealed record DrawingOffer(int Count, EquatableList<string>? Tags, double? Guidance, double? Truncation);

/// <summary>Icons or a film that somebody wants; at least one of the two.</summary>
internal sealed record DrawingOrder
{
    /// <summary>Icons to have in all, 1 to 10,000; those that are there are kept.</summary>
    public int? Count { get; init; }

    /// <summary>Tags of every icon.</summary>
    public EquatableList<string>? With { get; init; }

    /// <inheritdoc cref="ReverseSpec.Guidance"/>
    public double? Guidance { get; init; }

    /// <inheritdoc cref="LatentSpec.Truncation"/>
    public double? Truncation { get; init; }

    /// <summary>Icons that a film passes through, 2 to 20.</summary>
    public EquatableList<int>? Film { get; init; }

    /// <summary>Frames from one icon of the film to the next.</summary>
    public int Frames { get; init; } = 24;
}

/// <summary>Where a drawing stands.</summary>
internal sealed record DrawingStatus
{
    public required string Name { get; init; }

    public required WorkPhase Phase { get; init; }

    public WorkProgress? Progress { get; init; }

    /// <summary>What it waits for where no device can take it.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Where the icons and the film are among the run's files, once they are there.</summary>
    public DrawingDone? Done { get; init; }

    /// <summary>Once it has failed.</summary>
    public string? Error { get; init; }
}
