using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Api;

/// <summary>Plans of experiments for this silo's devices, as <c>icon plan</c> makes them.</summary>
internal sealed class Plans(SiloOptions options, ISiloWork work)
{
    private readonly DataFolder _data = new(options.Data);

    /// <summary>The plan of an experiment file.</summary>
    /// <exception cref="ApiException">The file is none, or asks for something impossible.</exception>
    public PlannedExperiment Of(PlanOrder order)
    {
        try
        {
            var experiment = ExperimentFile.Parse(order.Text, order.Source);
            if (experiment.Runs.Count > options.MaxCells)
                throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The experiment has {experiment.Runs.Count} cells; wanted at most {options.MaxCells}.");
            return new(experiment, Of(experiment),
            [
                .. experiment.Runs.Index().GroupBy(run => run.Item.Dataset as FolderSpec, run => run.Index)
                    .Where(group => group.Key is not null).Select(group => new PlannedFolder(group.Key!, [.. group])),
            ]);
        }
        catch (ExperimentException wrong)
        {
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, wrong.Message);
        }
    }

    /// <summary>For the first device of the class that the experiment asks for; where this silo has none, for its first.</summary>
    public ExperimentPlan Of(ExperimentSpec experiment)
    {
        var wanted = DeviceClass.Normalize(experiment.Gpu);
        var device = work.Devices.FirstOrDefault(device => wanted == device.Class) ?? work.Devices[0];
        return ExperimentPlan.Make(experiment, ComputeDevice.Open(ComputeOf(device), options.Threads), _data, measure: false);
    }

    // A device that was declared under some name computes on the CPU.
    private static string ComputeOf(DeviceInfo device) => device.Id.StartsWith("cuda:", StringComparison.Ordinal) ? device.Id.Split('#')[0] : DeviceClass.Cpu;
}
