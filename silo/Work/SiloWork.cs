using IconDiffusion.Grains;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Artifacts;
using IconDiffusion.Silo.Devices;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;

// The host's own, so that hosting needs to know nothing of how the work is done.
namespace IconDiffusion.Silo.Work;

/// <summary>Adds the work service to a silo's host.</summary>
internal static class SiloWork
{
    /// <param name="onDevices">Told the devices' names.</param>
    /// <exception cref="DeviceException">A device that the options name is not there.</exception>
    /// <exception cref="SiloOptionsException">The artifact store that they name is none.</exception>
    public static IServiceCollection AddSiloWork(this IServiceCollection services, SiloOptions options, Action<IReadOnlyList<string>>? onDevices)
    {
        // Before anything native loads OpenMP, which reads the environment once.
        LibTorch.Configure();
        var data = new DataFolder(options.Data);
        var catalog = DeviceCatalog.Open(options.Devices);
        var store = OpenStore(options.Artifacts);
        onDevices?.Invoke([.. catalog.Devices.Select(device => device.Name)]);
        services.AddSingleton<ISiloWork>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            IRunTransfer transfer = store is null ? new NoTransfer() : new StoreTransfer(store, data, options.Name, time);
            return new WorkService(
                catalog, data, options.Name, options.Threads, provider.GetRequiredService<IGrainFactory>(), transfer, time,
                provider.GetRequiredService<ILogger<WorkService>>());
        });
        services.AddSingleton<IWorkService>(provider => provider.GetRequiredService<ISiloWork>());
        services.AddSingleton<IExperimentServices>(new ExperimentServices(data));
        if (store is not null)
            services.AddSingleton(store);
        return services;
    }

    private static IArtifactStore? OpenStore(string? location)
    {
        try
        {
            return location is null ? null : ArtifactStores.Open(location);
        }
        catch (ArgumentException fault)
        {
            throw new SiloOptionsException([fault.Message]);
        }
    }
}
