using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>Small experiments.</summary>
internal static class TestSpecs
{
    private static readonly string Fingerprint = new('a', 64);

    /// <summary>One cell per seed, 4 icons in batches of 2.</summary>
    public static ExperimentSpec Grid(string name, int cells, int icons = 4, int batchSize = 2, string? gpu = null, TimeSpan? samplingBudget = null) => new()
    {
        Name = name,
        Gpu = gpu,
        Runs = [.. Enumerable.Range(1, cells).Select(seed => Run(seed) with
        {
            Sampling = new() { Count = icons, BatchSize = batchSize, Budget = samplingBudget ?? TimeSpan.FromHours(12) },
        })],
    };

    public static RunSpec Run(int seed) => new()
    {
        Seed = seed,
        Dataset = new NotoFacesSpec { Count = 8, ImageSize = 16 },
        Model = new DdpmSpec { Unet = new() { Dim = 8, DimMults = [1, 2] } },
        Training = new() { Steps = 100 },
    };

    public static Submission Submission(ExperimentSpec spec, int priority = 0) => new()
    {
        Experiment = spec, Priority = priority, Fingerprints = [.. spec.Runs.Select(_ => (string?)Fingerprint)],
        Sources = spec.Runs.All(run => run.Training.From is null) ? null
            : [.. spec.Runs.Select(run => SourceName.IndexOf(run.Training.From) is { } source ? RunIdentity.Run(spec.Runs[source], Fingerprint) : null)],
    };

    /// <summary>Two cells, of which the first starts from the weights of the second.</summary>
    public static ExperimentSpec Transfer(string name)
    {
        var spec = Grid(name, cells: 2);
        return spec with { Runs = [spec.Runs[0] with { Training = spec.Runs[0].Training with { From = SourceName.OfRun(1) } }, spec.Runs[1]] };
    }

    /// <summary>A cascade of two cells: a stage, and before it in the list its base.</summary>
    public static ExperimentSpec Cascade(string name)
    {
        var below = Grid(name, cells: 1).Runs[0];
        var model = (DdpmSpec)below.Model;
        return new()
        {
            Name = name,
            Runs =
            [
                below,
                below with
                {
                    Dataset = below.Dataset with { ImageSize = 32 },
                    Model = model with { Enlarges = new() { From = 16 } },
                    Sampling = below.Sampling with
                    {
                        Sampler = new AncestralSpec { Base = new() { Run = SourceName.OfRun(0), Seed = below.Seed, ImageSize = 16, Model = model, Sampler = below.Sampling.Sampler } },
                    },
                },
            ],
        };
    }

    public static string RunId(ExperimentSpec spec, int cell) => RunIdentity.Run(Submission(spec).RunAt(cell), Fingerprint);
}
