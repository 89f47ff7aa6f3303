using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Api;

/// <summary>Experiments on folders of pictures that browsers send, as <c>icon ask</c> proposes them.</summary>
internal sealed class Proposals(Folders folders, Plans plans, TimeProvider time)
{
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1), Most = TimeSpan.FromDays(30);

    /// <summary>Looks through a folder, chooses models and times, and prepares the data set that they are trained on.</summary>
    /// <exception cref="ApiException">The folder cannot be trained on, or nobody says whether it may be.</exception>
    public async Task<ProposedExperiment> MakeAsync(ProposalOrder order, SentFolder sent)
    {
        if (order.Budget < Least || order.Budget > Most)
            throw Unprocessable($"budget is {order.Budget}; wanted {Least} to {Most}.");
        if ((sent.Consent is null && order.Consent is null) != order.NoConsent)
            throw Unprocessable(order.NoConsent ? "A consent is stated, and noConsent too; wanted the one or the other." : "Nobody's consent is stated; wanted the artist and the licence, or noConsent.");
        if (sent.Consent is null && order.Consent is { } stated && (string.IsNullOrWhiteSpace(stated.Artist) || string.IsNullOrWhiteSpace(stated.Licence)))
            throw Unprocessable("consent leaves out the artist or the licence; wanted both.");
        sent = sent with { Consent = sent.Consent ?? (order.Consent is null ? null : JsonSerializer.Serialize(order.Consent, SpecJson.Indented) + "\n") };

        var dataset = new FolderSpec { Path = order.Name };
        var (side, report) = await Task.Run(() => Folders.Try(() => Proposal.Look(side =>
            IconFolder.Check(dataset with { ImageSize = side }, sent.Content(dataset), time))));
        if (report.Problems is [var problem, ..])
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, problem, ("errors", report.Problems));
        var proposal = Proposal.For(NameOf(order.Name, sent.Hashes), dataset, side, report.Icons, order.Budget, plans.Of);
        var prepared = await folders.PrepareAsync([(FolderSpec)proposal.Experiment.Runs[0].Dataset], sent);
        return new(proposal.Experiment, proposal.Plan, prepared.Fingerprints[0], report, prepared.Warnings, proposal.Time, proposal.Remark);
    }

    // Two folders of one name are two questions.
    private static string NameOf(string folder, IEnumerable<string> hashes) =>
        $"{Proposal.NameOf(folder)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(hashes))))[..4]}";

    private static ApiException Unprocessable(string sentence) => new(StatusCodes.Status422UnprocessableEntity, sentence);
}
