using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Dashboard;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace IconDiffusion.Silo.Api;

/// <summary>The HTTP API: everything a client can see and do. Only the health of the silo is told without a token.</summary>
internal static class SiloApi
{
    private static readonly string Version =
        typeof(SiloApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void Add(IServiceCollection services)
    {
        services.AddRoutingCore().Configure<RouteOptions>(routes =>
        {
            routes.SetParameterPolicy<ExperimentId>("experiment");
            routes.SetParameterPolicy<RunId>("run");
            routes.SetParameterPolicy<Fingerprint>("fingerprint");
        });
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        ApiDocument.Add(services);
        services.AddSingleton<TokenBook>();
        services.AddSingleton<Datasets>();
        services.AddSingleton<TransferSources>();
        services.AddSingleton<Folders>();
        services.AddSingleton<FolderForm>();
        services.AddSingleton<Plans>();
        services.AddSingleton<Proposals>();
        services.AddSingleton<SubmissionReader>();
        services.AddSingleton<EventStreams>();
        services.AddSingleton<ExperimentFeeds>();
        services.AddSingleton<RunDirectory>();
        services.AddSingleton<RunFiles>();
        services.AddSingleton<ReportTickets>();
    }

    /// <param name="authority">Root of the certificate that other machines are shown, which they know the fingerprint of; null: one that they know, or none.</param>
    public static void Map(WebApplication app, X509Certificate2? authority)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<OriginMiddleware>();
        app.UseRouting();
        app.UseMiddleware<TokenMiddleware>();
        app.MapGet("/health/live", () => TypedResults.Text("ok")).ExcludeFromDescription();
        app.MapGet("/health/ready", Ready).ExcludeFromDescription();
        if (authority is not null)
            app.MapGet(SiloConnection.AuthorityPath, () => TypedResults.Text(authority.ExportCertificatePem() + "\n", "application/x-pem-file")).ExcludeFromDescription();
        DashboardPage.Map(app);
        ExperimentsApi.MapReader(app);
        app.MapOpenApi("/openapi/{documentName}.json");

        var api = app.MapGroup("/api");
        api.MapGet("/silo", Describe).WithSummary("Which silo this is");
        api.MapGet("/devices", (IGrainFactory grains) => grains.GetGrain<ISchedulerGrain>("default").GetDevicesAsync())
            .WithSummary("All devices of the cluster and the work they are leased to");
        ExperimentsApi.Map(api);
        RunsApi.Map(api);
        GalleryApi.Map(api);
        DrawingsApi.Map(api);
        PublicationApi.Map(api);
        FoldersApi.Map(api);
        PlansApi.Map(api);
        TokensApi.Map(api);
    }

    private static Results<ContentHttpResult, ProblemHttpResult> Ready(Heartbeat heartbeat) => heartbeat.IsReady
        ? TypedResults.Text("ok")
        : Problems.Of(StatusCodes.Status503ServiceUnavailable, "The silo is starting or stopping.");

    private static SiloInfo Describe(SiloOptions options, SiloIdentity identity, TimeProvider time) => new()
    {
        Name = options.Name,
        Incarnation = identity.Incarnation,
        Version = EvaluationStage.CodeVersion,
        Runtime = SiloRuntime.Name(options.IsCluster),
        Data = options.Data,
        Uptime = time.GetElapsedTime(identity.Started),
        Only = options.Only,
    };
}
