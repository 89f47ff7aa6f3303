using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Api;

/// <summary>What a run's icons are looked at with: where they and what was found about them lie, and the icons that it was trained on.</summary>
internal static class GalleryApi
{
    private const string Id = "/runs/{runId:run}";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet(Id + "/gallery", PlaceAsync).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Which of a run's files are its icons, and which the results that its experiment asks for");
        api.MapGet(Id + "/training/{icon:int}", TrainingIconAsync).Produces(StatusCodes.Status200OK, contentType: "image/png").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("An icon that a run was trained on, by its place in the data set, from 0");
    }

    private static async Task<GalleryPlace> PlaceAsync(string runId, RunDirectory runs)
    {
        var spec = (await runs.FindAsync(runId) ?? throw Missing(runId)).Spec;
        return new($"samples/{RunIdentity.Samples(spec.Sampling.Sampler)}", $"results/{RunIdentity.Result(spec)}");
    }

    private static async Task<FileContentHttpResult> TrainingIconAsync(string runId, int icon, RunFiles files, Datasets datasets, CancellationToken cancellationToken)
    {
        var note = await files.OpenAsync(runId, Path.GetFileName(new RunFolder(runId).DatasetFile), cancellationToken) ?? throw Missing(runId);
        using var reader = new StreamReader(note.Content);
        var dataset = await datasets.LoadAsync((await reader.ReadToEndAsync(cancellationToken)).Trim(), cancellationToken);
        if (dataset is null || icon < 0 || icon >= dataset.Count)
            throw new ApiException(StatusCodes.Status404NotFound, dataset is null ? $"The data set of run {runId} is not here." : $"Run {runId} was trained on icons 0 to {dataset.Count - 1}; there is no icon {icon}.");
        return TypedResults.Bytes(ImageFile.EncodePng(dataset[icon]), "image/png");
    }

    private static ApiException Missing(string runId) => new(StatusCodes.Status404NotFound, $"There is no run '{runId}'.");
}

/// <summary>Places among a run's files.</summary>
/// <param name="Samples">The folder of its icons, <c>00000.png</c> and so on.</param>
/// <param name="Results">The folder of its scores and of what was found about each icon, <c>novelty.json</c>.</param>
internal sealed record GalleryPlace(string Samples, string Results);
