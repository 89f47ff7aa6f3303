using System.Text.Json;
using System.Text.Json.Nodes;

namespace IconDiffusion.Specs;

/// <summary>
/// Reads an experiment file: JSON with comments whose <c>grid</c> object multiplies. Every list under <c>grid</c> stands for
/// the key at the same place of a run (<c>seed</c>, <c>model</c>, <c>dataset.count</c>, …); the first one varies slowest. The list <c>run</c> is of objects, each of which is laid over
/// the whole run, so that keys which belong together vary together. Where runs
/// start from <c>source</c>, the keys of the <c>source</c> object stand in place of theirs, and what comes of it is a run in front of all others; so are the stages of a cascade but the last.
/// </summary>
public static class ExperimentFile
{
    /// <summary>Most runs that one file may expand to.</summary>
    public const int MaxRuns = 10_000;

    private static readonly string[] RunKeys = ["seed", "dataset", "model", "training", "sampling", "evaluation"];
    private const string WholeRun = "run";   // under the grid
    private static readonly string[] Keys = ["name", .. RunKeys, "grid", SourceName.OfFile, "monitoring", "gpu"];

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="ExperimentException">The file is missing, is not JSON, or asks for something impossible.</exception>
    public static ExperimentSpec Load(string path) => Parse(SpecFile.Read(path));

    /// <summary>Reads and checks an experiment that is in no file; <paramref name="source"/> is what errors call it.</summary>
    public static ExperimentSpec Parse(string text, string source) => Parse(new(text, source, Folder: null));

    /// <summary>Reads and checks the text of a file. Folders and networks that it names beside itself or in the user's home get their full paths.</summary>
    /// <exception cref="ExperimentException">It is not JSON, or asks for something impossible.</exception>
    public static ExperimentSpec Parse(SpecFile file)
    {
        var source = file.Source;
        var root = ParseObject(file.Text, source);
        if (root.ContainsKey("comparisons"))
            throw new ExperimentException($"{source}: the file compares data sets and holds no runs; 'icon run' takes it, other commands do not.");
        foreach (var (key, _) in root)
            if (!Keys.Contains(key))
                throw new ExperimentException($"{source}: {SpecErrors.UnknownKey(key, key, Keys)}");

        var name = SpecErrors.Read<string>(root["name"], "name", source);
        var runs = WithSources(Expand(root, source), root, source)
            .Select(run => run with { Dataset = file.Placed(run.Dataset), Evaluation = file.Placed(run.Evaluation), Training = file.Placed(run.Training), Model = file.Placed(run.Model) })
            .ToArray();
        var hasDiffusion = runs.Any(run => run.Model is DdpmSpec);
        var others = runs.Any(run => run.Model is not StyleTransferSpec) ? SpecErrors.Read<TrainingSpec>(root["training"] ?? new JsonObject(), "training", source) : null;
        var hasCondition = runs.Any(run => run.Model.IsToldTags);
        var experiment = new ExperimentSpec
        {
            Name = name,
            Runs = [.. runs.Select(run => run.Model switch
            {
                GanSpec => ForCondition(ForGan(run, hasDiffusion), hasCondition),
                StyleTransferSpec style => ForStyleTransfer(run, style, others),
                _ => ForCondition(run, hasCondition),
            })],
            Monitoring = root["monitoring"] is { } monitoring
                ? SpecErrors.Read<MonitoringSpec>(monitoring, "monitoring", source)
                : new MonitoringSpec(),
            Gpu = root["gpu"] is { } gpu ? SpecErrors.Read<string>(gpu, "gpu", source) : null,
        };
        if (SpecValidation.Check(experiment).FirstOrDefault() is { } error)
            throw new ExperimentException($"{source}: {error}");
        return experiment;
    }

    // The runs, behind those that they start from: each of these once, however many start from it.
    private static IEnumerable<RunSpec> WithSources(IEnumerable<JsonObject> objects, JsonObject root, string source)
    {
        if (root[SourceName.OfFile] is { } node and not JsonObject)
            throw new ExperimentException($"{source}: {SourceName.OfFile} is {SpecErrors.Describe(node)}; wanted an object.");
        if (root[SourceName.OfFile]?.AsObject().Select(pair => pair.Key).FirstOrDefault(key => !RunKeys.Contains(key)) is { } unknown)
            throw new ExperimentException($"{source}: {SpecErrors.UnknownKey($"{SourceName.OfFile}.{unknown}", unknown, RunKeys)}");
        var (sources, runs) = (new List<RunSpec>(), new List<RunSpec>());
        foreach (var each in objects)
        {
            var run = SpecErrors.Read<RunSpec>(each, "", source);
            if (run is { Training.From: SourceName.OfFile, Model: DdpmSpec })
            {
                var first = SourceOf(each, root, source);
                if (!sources.Contains(first)) sources.Add(first);
                run = run with { Training = run.Training with { From = SourceName.OfRun(sources.IndexOf(first)) } };
            }
            runs.Add(run.Model is CascadeSpec cascade ? LastStage(run, cascade, sources, source) : run);
        }
        return runs.Any(run => SourceName.IndexOf(run.Training.From) is not null) || !root.ContainsKey(SourceName.OfFile) ? [.. sources, .. runs]
            : throw new ExperimentException($"{source}: {SourceName.OfFile} is there, but no diffusion model starts from it; wanted one whose training.from is \"{SourceName.OfFile}\".");
    }

    // The others go in front: a stage that two cascades share is one run.
    private static RunSpec LastStage(RunSpec run, CascadeSpec cascade, List<RunSpec> sources, string source)
    {
        if (cascade.Faults(run.Dataset.ImageSize).FirstOrDefault() is { } fault)
            throw new ExperimentException($"{source}: {fault}");
        if (run.Training is { From: not null } or { Stop: TrainingStop.Window })
            throw new ExperimentException($"{source}: training.{(run.Training.From is null ? "stop is window" : "from is set")} for {cascade.Label}; wanted neither from nor stop with a cascade, whose stages start from random weights and show only together whether they copy.");
        var stage = cascade.Stage(run, 0, null, null);
        for (var place = 1; place < cascade.Stages.Count; place++)
        {
            if (!sources.Contains(stage)) sources.Add(stage);
            stage = cascade.Stage(run, place, stage, SourceName.OfRun(sources.IndexOf(stage)));
        }
        return stage;
    }

    private static RunSpec SourceOf(JsonObject run, JsonObject root, string source)
    {
        if (root[SourceName.OfFile] is not JsonObject keys)
            throw new ExperimentException($"{source}: training.from is {SourceName.OfFile}, but the file has no key of that name; wanted the run to start from, by the keys in which it differs.");
        var first = run.DeepClone().AsObject();
        foreach (var key in (string[])["from", "adaptation"]) (first["training"] as JsonObject)?.Remove(key);
        foreach (var (key, value) in keys) first[key] = value?.DeepClone();
        return SpecErrors.Read<RunSpec>(first, "", source) is { Training.From: null } read ? read
            : throw new ExperimentException($"{source}: {SourceName.OfFile}.training.from is set; wanted a run that starts from random weights.");
    }

    // A model that is told tags needs a data set that has them. What others do not use is meant for those beside them, if there are any; else their validation refuses it.
    private static RunSpec ForCondition(RunSpec run, bool hasCondition) => (run.Model.IsToldTags, run.Sampling.Sampler) switch
    {
        (true, AskedSpec { With: { } tags } asked) => run with
        {
            Dataset = run.Dataset with { Tags = true },
            Sampling = run.Sampling with { Sampler = asked with { With = [.. tags.Select(TagNames.Of)] } },
        },
        (true, _) => run with { Dataset = run.Dataset with { Tags = true } },
        (false, ReverseSpec plain) when hasCondition => run with { Sampling = run.Sampling with { Sampler = plain with { Guidance = null, With = null, TagsOf = null } } },
        (false, AskedSpec plain) when hasCondition => run with { Sampling = run.Sampling with { Sampler = plain with { With = null, TagsOf = null } } },
        _ => run,
    };

    // What a GAN does not use is meant for the diffusion models beside it, if there are any; else its validation refuses it.
    private static RunSpec ForGan(RunSpec run, bool hasDiffusion)
    {
        var defaults = new TrainingSpec();
        if (run.Sampling.Sampler is AncestralSpec || (hasDiffusion && run.Sampling.Sampler is not LatentSpec))
            run = run with { Sampling = run.Sampling with { Sampler = run.Sampling.Sampler is AskedSpec asked ? new LatentSpec { With = asked.With, TagsOf = asked.TagsOf } : new() } };
        return !hasDiffusion ? run : run with
        {
            Training = run.Training with
            {
                GradientAccumulation = defaults.GradientAccumulation,
                GradientClip = defaults.GradientClip,
                Adam = defaults.Adam,
                Ema = defaults.Ema,
                From = null,
                Adaptation = null,
            },
        };
    }

    // How long the other models train, and how they are drawn from, is meant for them, if there are any, unless this run says otherwise; else its validation refuses what it
    // does not use.
    private static RunSpec ForStyleTransfer(RunSpec run, StyleTransferSpec style, TrainingSpec? others)
    {
        var training = run.Training;
        if (others is not null)
        {
            var defaults = new TrainingSpec();
            training = defaults with { Budget = Own(each => each.Budget), Steps = Own(each => each.Steps), BatchSize = Own(each => each.BatchSize) };

            T Own<T>(Func<TrainingSpec, T> setting) => setting(EqualityComparer<T>.Default.Equals(setting(run.Training), setting(others)) ? defaults : run.Training);
        }
        return run with
        {
            Model = style.Beside(run.Dataset),
            Training = training with { Steps = training.Steps ?? StyleTransferSpec.DefaultSteps },
            Sampling = run.Sampling with
            {
                BatchSize = Math.Min(run.Sampling.BatchSize, StyleTransferSpec.MostAtOnce),
                Sampler = run.Sampling.Sampler is AncestralSpec || others is not null ? run.Sampling.Sampler as LbfgsSpec ?? new() : run.Sampling.Sampler,
            },
        };
    }

    internal static JsonObject ParseObject(string text, string source)
    {
        try
        {
            var options = new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            };
            var root = SpecErrors.Whole(JsonNode.Parse(text, documentOptions: options)) as JsonObject
                ?? throw new ExperimentException($"{source}: the file holds {SpecErrors.Describe(JsonNode.Parse(text, documentOptions: options))}; wanted an object.");
            root.Remove("$schema");   // Editors' way to completion; see experiment.schema.json.
            return root;
        }
        catch (JsonException exception)
        {
            throw new ExperimentException(
                $"{source}: not JSON at line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: {SpecErrors.FirstSentence(exception.Message)}");
        }
        catch (InvalidOperationException exception)
        {
            throw SpecErrors.NoText(exception, source);
        }
    }

    /// <summary>The Cartesian product of all lists under <c>grid</c>, each choice laid over the keys beside it.</summary>
    private static IEnumerable<JsonObject> Expand(JsonObject root, string source)
    {
        var axes = new List<(string[] Path, JsonArray Values)>();
        if (root["grid"] is { } grid)
            CollectAxes(grid as JsonObject
                ?? throw new ExperimentException($"{source}: grid is {SpecErrors.Describe(grid)}; wanted an object of lists."), [], axes, source);
        var total = axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Values.Count, MaxRuns + 1L));
        if (total > MaxRuns)
            throw new ExperimentException($"{source}: the grid has more than {MaxRuns} runs; wanted at most that many.");

        for (var index = 0L; index < total; index++)
        {
            var run = new JsonObject(RunKeys.Where(root.ContainsKey).Select(key => KeyValuePair.Create(key, root[key]?.DeepClone())));
            var stride = total;
            foreach (var (path, values) in axes)
            {
                stride /= values.Count;
                Set(run, path, values[(int)(index / stride % values.Count)]?.DeepClone(), source);
            }
            yield return run;
        }
    }

    private static void CollectAxes(JsonObject node, string[] prefix, List<(string[], JsonArray)> axes, string source)
    {
        foreach (var (key, value) in node)
        {
            string[] path = [.. prefix, key];
            var name = $"grid.{string.Join('.', path)}";
            if (prefix.Length == 0 && key != WholeRun && !RunKeys.Contains(key))
                throw new ExperimentException($"{source}: {SpecErrors.UnknownKey(name, key, [.. RunKeys, WholeRun])}");
            switch (value)
            {
                case JsonArray { Count: > 0 } runs when prefix.Length == 0 && key == WholeRun:
                    foreach (var run in runs)
                        if ((run as JsonObject ?? throw new ExperimentException($"{source}: {name} holds {SpecErrors.Describe(run)}; wanted objects of a run's keys."))
                            .Select(pair => pair.Key).FirstOrDefault(each => !RunKeys.Contains(each)) is { } unknown)
                            throw new ExperimentException($"{source}: {SpecErrors.UnknownKey($"{name}.{unknown}", unknown, RunKeys)}");
                    axes.Add((prefix, runs));
                    break;
                case JsonArray { Count: 0 }:
                    throw new ExperimentException($"{source}: {name} is an empty list; wanted at least one value.");
                case JsonArray array:
                    axes.Add((path, array));
                    break;
                case JsonObject child when prefix.Length > 0 || key != WholeRun:
                    CollectAxes(child, path, axes, source);
                    break;
                default:
                    throw new ExperimentException($"{source}: {name} is {SpecErrors.Describe(value)}; wanted a list of values.");
            }
        }
    }

    // An object that says of what kind it is, such as a model, stands in place of the one that is there.
    private static void LayOver(JsonObject below, JsonObject above)
    {
        foreach (var (key, value) in above)
        {
            if (below[key] is JsonObject inner && value is JsonObject more && !more.ContainsKey("kind") && !more.ContainsKey("source"))
                LayOver(inner, more);
            else
                below[key] = value?.DeepClone();
        }
    }

    private static void Set(JsonObject run, string[] path, JsonNode? value, string source)
    {
        if (path.Length == 0)
        {
            LayOver(run, value!.AsObject());
            return;
        }
        var node = run;
        foreach (var key in path[..^1])
        {
            if (!node.ContainsKey(key))
                node[key] = new JsonObject();
            node = node[key] as JsonObject
                ?? throw new ExperimentException($"{source}: {string.Join('.', path)} lies inside {SpecErrors.Describe(node[key])}; wanted an object there.");
        }
        node[path[^1]] = value;
    }
}
