using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans;

namespace IconDiffusion.EmbeddedActors;

/// <summary>Adds the embedded runtime to a host.</summary>
public static class EmbeddedActorsHosting
{
    /// <summary>What logs and dashboards call this runtime.</summary>
    public const string RuntimeName = "EmbeddedActors (one process, SQLite)";

    /// <summary>
    /// Runs grains in this process from the host's start to its end. Adds <see cref="IGrainFactory"/> and
    /// <see cref="IClusterClient"/>; time comes from <see cref="TimeProvider"/> if there is one.
    /// </summary>
    public static IServiceCollection AddEmbeddedActors(this IServiceCollection services, Action<EmbeddedActorsOptions> configure)
    {
        services.AddOptions<EmbeddedActorsOptions>().Configure(configure);
        services.AddSingleton<IValidateOptions<EmbeddedActorsOptions>, Validation>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ActorRuntime>();
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<ActorRuntime>().Client);
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<ActorRuntime>().Client);
        services.AddHostedService(provider => provider.GetRequiredService<ActorRuntime>());
        services.AddScoped<ActivationScope>();
        services.AddScoped(provider => provider.GetRequiredService<ActivationScope>().Context
            ?? throw new InvalidOperationException($"{nameof(Orleans.Runtime.IGrainContext)} can be had in a grain only."));
        return services;
    }

    private sealed class Validation : IValidateOptions<EmbeddedActorsOptions>
    {
        public ValidateOptionsResult Validate(string? name, EmbeddedActorsOptions options) =>
            options.Faults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
