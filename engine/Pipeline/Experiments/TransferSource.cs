using System.Security.Cryptography;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>What a training starts from, the weights of a run or of a file or the content icons of a style transfer, and everything that it rests on.</summary>
public sealed class TransferSource
{
    private readonly RunSpec? _spec;   // of a run

    private TransferSource(string? path, RunSpec? spec, EquatableList<WeightsOrigin> origins) =>
        (File, _spec, Origins) = (path, spec, origins);

    /// <summary>The safetensors file of the weights; null: it is icons.</summary>
    public string? File { get; }

    /// <summary>The weights themselves, then those that they started from in turn.</summary>
    public EquatableList<WeightsOrigin> Origins { get; }

    /// <summary>What people call it.</summary>
    public string Name => NameOf(Origins[0]);

    /// <summary>Weights as people call them.</summary>
    public static string NameOf(WeightsOrigin origin) => origin.IsContent ? $"the content icons {origin.WeightsHash[..12]}" : origin.Run is { } run ? $"run {run}" : $"the file of weights {origin.WeightsHash[..12]}";

    /// <summary>Brings a file of weights into the data folder, under its hash, and notes the consent beside it.</summary>
    /// <returns>Its SHA-256, as which <see cref="TrainingSpec.From"/> names it from then on.</returns>
    /// <exception cref="ExperimentException">There is no such file, or it holds no tensors.</exception>
    /// <exception cref="ConsentException">The consent has ended.</exception>
    /// <exception cref="DatasetException">The consent beside it is damaged.</exception>
    public static string Keep(DataFolder data, string path, TimeProvider clock)
    {
        if (!System.IO.File.Exists(path))
            throw new ExperimentException($"training.from is '{path}', and there is no such file; wanted one of weights, or a run's id.");
        var hash = HashOf(path);
        if (!System.IO.File.Exists(data.Source(hash)))
            AtomicFile.Write(data.Source(hash), stream =>
            {
                using var file = System.IO.File.OpenRead(path);
                file.CopyTo(stream);
            });
        new ConsentRegistry(data.Consents, clock).Add(hash, Consent.Read(Path.GetDirectoryName(Path.GetFullPath(path))!));
        ConsentGate.Require(data, hash, clock);
        return hash;
    }

    /// <summary>The settled name of what <see cref="TrainingSpec.From"/> says: a run's whole id, or a file's hash.</summary>
    /// <exception cref="ExperimentException">It is not here.</exception>
    public static string Settled(DataFolder data, string from) => !SourceName.IsHash(from) ? TrainedRun.Find(data, from).Id
        : System.IO.File.Exists(data.Source(from)) ? from
        : throw new ExperimentException($"training.from is the file of weights {from[..12]}, which is not in '{data.Path}'; wanted a file that 'icon run' has read there.");

    /// <summary>The files of a settled source, those that say what it is first.</summary>
    public static IEnumerable<string> Needs(DataFolder data, string from)
    {
        if (SourceName.IsHash(from)) return [data.Source(from)];
        var folder = new RunFolder(data.Run(from));
        return [folder.SpecFile, folder.DatasetFile, folder.OriginsFile, folder.WeightsFile];
    }

    /// <summary>Opens a settled source: everything that it rests on has to allow it.</summary>
    /// <exception cref="ConsentException">The consent for something that it rests on has ended.</exception>
    /// <exception cref="ExperimentException">It is not here, or nobody knows what it rests on.</exception>
    public static TransferSource Open(DataFolder data, string from, TimeProvider clock)
    {
        Settled(data, from);
        if (SourceName.IsHash(from))
            return new(data.Source(from), null, [Origin(null, from, from)]);
        var run = TrainedRun.Find(data, from, clock);
        var rests = run.DatasetFingerprint ?? throw new ExperimentException($"training.from is run {from}, and nothing says which data set that was trained on; wanted a run of this version.");
        EquatableList<WeightsOrigin> origins = [Origin(from, HashOf(run.Folder.WeightsFile), rests), .. OriginsOf(run.Folder)];
        foreach (var origin in origins) RequireConsent(data, origin, clock);
        return new(run.Folder.WeightsFile, run.Spec, origins);

        WeightsOrigin Origin(string? run, string hash, string rests)
        {
            var origin = new WeightsOrigin { Run = run, WeightsHash = hash, Rests = rests };
            return origin with { Consent = RequireConsent(data, origin, clock)?.Id };
        }
    }

    /// <summary>The content icons of a style transfer, which have to allow it.</summary>
    /// <exception cref="ConsentException">The consent for them has ended.</exception>
    public static TransferSource OfContent(DataFolder data, string fingerprint, TimeProvider clock)
    {
        var origin = new WeightsOrigin { IsContent = true, WeightsHash = fingerprint, Rests = fingerprint };
        return new(null, null, [origin with { Consent = RequireConsent(data, origin, clock)?.Id }]);
    }

    /// <summary>What the weights of a run started from; empty: random ones.</summary>
    public static EquatableList<WeightsOrigin> OriginsOf(RunFolder folder) => System.IO.File.Exists(folder.OriginsFile)
        ? JsonSerializer.Deserialize<EquatableList<WeightsOrigin>>(System.IO.File.ReadAllText(folder.OriginsFile), SpecJson.Indented)!
        : [];

    /// <summary>Keeps in a run's folder what its weights start from.</summary>
    public void Write(RunFolder folder) => AtomicFile.WriteAllText(folder.OriginsFile, JsonSerializer.Serialize(Origins, SpecJson.Indented) + "\n");

    /// <summary>The consents of all that the weights of a run started from, the nearest first; null: there is none for that. Those of the runs whose icons it enlarges are asked for, too.</summary>
    /// <exception cref="ConsentException">One has ended, or nothing says what they started from.</exception>
    public static IReadOnlyList<(WeightsOrigin Origin, ConsentRecord? Consent)> RequireConsents(DataFolder data, RunFolder folder, RunSpec run, TimeProvider clock)
    {
        foreach (var below in run.Bases)
            RequireBase(data, below.Run, clock);
        var origins = OriginsOf(folder);
        return origins.Count == 0 && (run.Training.From ?? run.ContentFingerprint) is { } from
            ? throw new ConsentException($"The run in '{folder.Path}' started from {from}, but '{folder.OriginsFile}' is not there, so nobody knows whose consent that rests on.")
            : [.. origins.Select(origin => (origin, RequireConsent(data, origin, clock)))];
    }

    private static void RequireBase(DataFolder data, string run, TimeProvider clock)
    {
        var rests = TrainedRun.FingerprintOf(new(data.Run(run)))
            ?? throw new ConsentException($"The icons of run {run} are to be enlarged, but '{new RunFolder(data.Run(run)).DatasetFile}' is not there, so nobody knows whose consent that rests on.");
        try
        {
            ConsentGate.Require(data, rests, clock);
        }
        catch (ConsentException ended)
        {
            throw new ConsentException($"The icons of run {run} are to be enlarged. {ended.Message}");
        }
    }

    /// <summary>The newest consent that weights rest on; null: there is none.</summary>
    /// <exception cref="ConsentException">It has ended.</exception>
    public static ConsentRecord? RequireConsent(DataFolder data, WeightsOrigin origin, TimeProvider clock)
    {
        try
        {
            return ConsentGate.Require(data, origin.Rests, clock);
        }
        catch (ConsentException ended)
        {
            throw new ConsentException($"{(origin.IsContent ? "The style transfer keeps the shapes of" : "Training starts from")} {NameOf(origin)}. {ended.Message}");
        }
    }

    /// <summary>Looks whether a run can start from these weights, without reading them.</summary>
    /// <param name="tags">How many tags the run's model knows; null: it is told none.</param>
    /// <exception cref="ExperimentException">The icons' size, what is predicted, or a tensor differs; the first one is named with its shape and the wanted one.</exception>
    public void Check(RunSpec run, int? tags)
    {
        if (_spec is not null && LineageValidation.DifferenceFrom(_spec, run) is { } difference)
            throw new ExperimentException($"training.from is {Name}, {difference}");
        using var network = new Unet(((DdpmSpec)run.Model).Unet, tags: tags);
        try
        {
            TrainedModel.Match(File!, network);
        }
        catch (InvalidDataException mismatch)
        {
            throw new ExperimentException($"training.from is {Name}, whose weights do not fit {run.Model.Label}. {mismatch.Message}");
        }
    }

    private static string HashOf(string path)
    {
        using var stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
