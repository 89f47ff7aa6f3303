using System.Net;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Tests.Api;

/// <summary>What drawings and publications refuse, over HTTP, and why.</summary>
public sealed class DrawingTests : IDisposable
{
    private readonly TrainedFaces _faces = new();

    public void Dispose() => _faces.Dispose();

    [Fact]
    public async Task WhatCannotBeDrawn_IsRefusedBeforeItWaits()
    {
        await using var silo = await TestSilo.StartAsync();
        var id = await silo.SubmitAsync();
        var run = (await TestSilo.ReadAsync<ExperimentStatus>(await silo.Client.GetAsync($"/api/experiments/{id}"))).Cells[0].RunId;
        await Problem.SentenceAsync(HttpStatusCode.Conflict, await AskAsync(run, new() { Count = 8 }));  // not trained
        await Problem.SentenceAsync(HttpStatusCode.NotFound, await AskAsync("0123456789ab", new() { Count = 8 }));

        Task<HttpResponseMessage> AskAsync(string run, DrawingOrder order) => silo.Client.PostAsync($"/api/runs/{run}/drawings", TestSilo.Json(order));
    }

    [Fact]
    public async Task OnceTheConsentIsRevoked_NothingIsPublished()
    {
        await using var silo = await TestSilo.StartInAsync(_faces.Data.Path);
        var path = $"/api/runs/{_faces.Run.Id}/publication";
        var offer = await TestSilo.ReadAsync<Pipeline.Publishing.PublicationOffer>(await silo.Client.GetAsync(path));
        Assert.Equal((TrainedFaces.Terms, 4), (offer.Consent, offer.Icons + offer.LeftOut.Count));

        var revoked = await TestSilo.ReadAsync<ListedConsent>(await silo.Client.PostAsync($"/api/consents/{offer.Record}/revoke", TestSilo.Json(new RevocationOrder("she asked"))));

        Assert.Equal(("she asked", false), (revoked.Consent.Revocation?.Reason, revoked.MayRevoke));
        Assert.Equal([_faces.Run.Id], revoked.Consent.Runs);
        await Problem.SentenceAsync(HttpStatusCode.Conflict, await silo.Client.GetAsync(path));
        await Problem.SentenceAsync(HttpStatusCode.Conflict, await silo.Client.PostAsync(path, TestSilo.Json(new PublicationOrder())));
        await Problem.SentenceAsync(HttpStatusCode.Conflict, await silo.Client.PostAsync($"/api/consents/{offer.Record}/revoke", TestSilo.Json(new RevocationOrder())));
    }
}
