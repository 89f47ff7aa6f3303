using IconDiffusion.Data;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Api;

/// <summary>What an experiment would take here, before anything starts: of an experiment file, or of a folder of pictures that nobody has written one for.</summary>
internal static class PlansApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/plans", (PlanOrder order, Plans plans) => TypedResults.Ok(plans.Of(order)))
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("The runs of an experiment file, with their hours, memory and device as 'icon plan' has them");
        api.MapPost("/proposals", ProposeAsync).Accepts<byte[]>(FolderForm.MediaType).Produces<ProposedExperiment>()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("An experiment on a folder of pictures, as 'icon ask' proposes it, with its data set: a form of order, which is JSON, and the folder's files 0, 1, …");
    }

    private static Task<ProposedExperiment> ProposeAsync(HttpContext context, FolderForm form, Proposals proposals) =>
        form.ReadAsync<ProposalOrder, ProposedExperiment>(context, proposals.MakeAsync);
}

/// <summary>An experiment file whose plan is wanted.</summary>
/// <param name="Text">JSON with comments.</param>
/// <param name="Source">What errors call the file.</param>
internal sealed record PlanOrder(string Text, string Source);

/// <summary>An experiment and what it would take.</summary>
/// <param name="Experiment">To be submitted, with the fingerprints of its folders.</param>
/// <param name="Folders">The data sets whose folders are to be sent, each once; none: nothing is missing.</param>
internal sealed record PlannedExperiment(ExperimentSpec Experiment, ExperimentPlan Plan, EquatableList<PlannedFolder> Folders);

/// <summary>A data set of a folder that the silo does not see.</summary>
/// <param name="Runs">Those that are trained on it, from 0.</param>
internal sealed record PlannedFolder(FolderSpec Dataset, EquatableList<int> Runs);

/// <summary>A folder of pictures of which an experiment is wanted.</summary>
internal sealed record ProposalOrder : FolderOrder
{
    /// <summary>Time for everything.</summary>
    public required TimeSpan Budget { get; init; }

    /// <summary>Who made the pictures, and under which terms they may be used, where the folder's own consent.json does not say it.</summary>
    public Consent? Consent { get; init; }

    /// <summary>Whether to go on without anybody's consent on record.</summary>
    public bool NoConsent { get; init; }
}

/// <summary>An experiment on a folder of pictures.</summary>
/// <param name="Fingerprint">The data set of all its runs.</param>
/// <param name="Report">What training will see of the folder.</param>
/// <param name="Warnings">What it will not see, or see changed, a sentence each.</param>
/// <param name="Time">For all, scoring counted.</param>
/// <param name="Remark">What the time does not allow; null: nothing is missing.</param>
internal sealed record ProposedExperiment(
    ExperimentSpec Experiment, ExperimentPlan Plan, string Fingerprint, DatasetReport Report, EquatableList<string> Warnings, TimeSpan Time, string? Remark);
