using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IconDiffusion.Specs;

/// <summary>
/// Names made from content: the same work always has the same name, any change that could change it has another.
/// What only changes speed (batch size of sampling, cadence of checkpoints) or place (folder path) is left out.
/// </summary>
public static class RunIdentity
{
    /// <summary>Digits of a run's id.</summary>
    public const int RunLength = 12;

    /// <summary>A trained model: seed, model, training, with the settled name of the weights that it starts from, and the training set's fingerprint. 12 hex digits.</summary>
    public static string Run(RunSpec spec, string datasetFingerprint) =>
        Hash(new { spec.Seed, Model = spec.Model is StyleTransferSpec style ? style.WithoutPlace() : spec.Model, spec.Training, Dataset = datasetFingerprint });

    /// <summary>A way to draw icons from a trained model; icon i is the same whatever the count. 8 hex digits.</summary>
    public static string Samples(SamplerSpec sampler) => Hash(new { Sampler = sampler })[..8];

    /// <summary>One scored set of icons from a trained model. 8 hex digits.</summary>
    public static string Result(RunSpec spec) =>
        Hash(new { spec.Sampling.Sampler, spec.Sampling.Count, spec.Evaluation })[..8];

    /// <summary>An experiment: its name and 8 hex digits of its runs and the device class that it asks for.</summary>
    public static string Experiment(ExperimentSpec experiment) =>
        $"{experiment.Name}-{Hash(new { experiment.Runs, experiment.Gpu })[..8]}";

    /// <summary>A report: the results that it is of, and what is said of the others. 8 hex digits.</summary>
    public static string Report(EquatableList<RunResult> results, EquatableList<string> missing) => Hash(new { results, missing })[..8];

    /// <summary>The name in an experiment's identity.</summary>
    public static string ExperimentName(string experimentId) => experimentId[..Math.Max(0, experimentId.LastIndexOf('-'))];

    internal static string Hash<T>(T content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(content, SpecJson.Compact))))[..RunLength];
}
