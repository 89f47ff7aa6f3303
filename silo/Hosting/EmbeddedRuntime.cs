using IconDiffusion.EmbeddedActors;
using IconDiffusion.Grains;
using IconDiffusion.Specs;
using Microsoft.AspNetCore.Builder;

namespace IconDiffusion.Silo.Hosting;

/// <summary>The actor runtime of a default build: grains in this process, their states in the data folder's <c>cluster.db</c>.</summary>
internal static class SiloRuntime
{
    public static string Name => EmbeddedActorsHosting.RuntimeName;

    /// <summary>Whether several silos may work in one data folder.</summary>
    public static bool SharesDataFolder => false;

    /// <summary>Adds the runtime and the grains to the host.</summary>
    public static void Add(WebApplicationBuilder builder, SiloOptions options) =>
        builder.Services.AddEmbeddedActors(actors =>
        {
            actors.DatabasePath = Path.Combine(options.Data, "cluster.db");
            actors.TravelsAsJson = type => type.Assembly == typeof(SpecJson).Assembly;
            actors.TravelJson = SpecJson.Travel;
            actors.StateJson = SpecJson.Compact;
            actors.Assemblies.Add(typeof(IExperimentGrain).Assembly);
            actors.Assemblies.Add(typeof(IWorkService).Assembly);
        });

    /// <summary>This runtime has no pages of its own.</summary>
    public static void Map(WebApplication app)
    {
    }
}
